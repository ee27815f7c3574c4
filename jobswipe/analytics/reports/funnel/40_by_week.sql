-- title: Verdicts and applications by week
-- label: week
-- value: judged
WITH judged AS (
    SELECT date_trunc('week', "at") AS week, count(*) AS judged, count(*) FILTER (verdict IN ('like', 'save')) AS liked
    FROM swipes
    WHERE person_id = $person_id AND verdict IN ('like', 'save', 'dislike')
        AND seq NOT IN (SELECT undoes_id FROM swipes WHERE undoes_id IS NOT NULL)
    GROUP BY 1
),
applied AS (
    SELECT date_trunc('week', "at") AS week, count(*) AS applied
    FROM events
    WHERE person_id = $person_id AND to_stage = 'applied'
    GROUP BY 1
)
SELECT
    strftime(coalesce(judged.week, applied.week), '%Y-%m-%d') AS week,
    coalesce(judged, 0) AS judged,
    coalesce(liked, 0) AS liked,
    coalesce(applied, 0) AS applied
FROM judged FULL JOIN applied ON judged.week = applied.week
ORDER BY week DESC
LIMIT 26
