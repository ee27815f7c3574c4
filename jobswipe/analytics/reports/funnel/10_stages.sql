-- title: From opening to offer
-- label: step
-- value: count
WITH verdicts AS (
    SELECT * FROM swipes
    WHERE person_id = $person_id AND verdict <> 'undo'
        AND seq NOT IN (SELECT undoes_id FROM swipes WHERE undoes_id IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY posting_id ORDER BY seq DESC) = 1
),
ranks AS (
    SELECT unnest(['saved', 'applied', 'screen', 'interview', 'offer']) AS stage, unnest([1, 2, 3, 4, 5]) AS rank
),
furthest AS (
    SELECT application_id, max(rank) AS rank
    FROM events JOIN ranks ON ranks.stage = events.to_stage
    WHERE person_id = $person_id
    GROUP BY application_id
),
steps AS (
    SELECT 1 AS position, 'open positions' AS step,
        (SELECT count(*) FROM openings WHERE state = 'open' AND shown) AS count
    UNION ALL SELECT 2, 'judged', (SELECT count(*) FROM verdicts WHERE verdict <> 'skip')
    UNION ALL SELECT 3, 'liked or saved', (SELECT count(*) FROM verdicts WHERE verdict IN ('like', 'save'))
    UNION ALL SELECT 3 + rank,
        CASE stage WHEN 'saved' THEN 'applications' WHEN 'screen' THEN 'screened' WHEN 'interview' THEN 'interviewed'
            WHEN 'offer' THEN 'offers' ELSE stage END,
        (SELECT count(*) FROM furthest WHERE furthest.rank >= ranks.rank)
    FROM ranks
)
SELECT
    step,
    count,
    round(100.0 * count / nullif(lag(count) OVER (ORDER BY position), 0), 1) AS percent_of_previous
FROM steps
ORDER BY position
