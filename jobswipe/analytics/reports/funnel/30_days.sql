-- title: Days from stage to stage
-- label: step
-- value: median_days
WITH moves AS (
    SELECT
        from_stage,
        to_stage,
        date_diff('second', lag("at") OVER (PARTITION BY application_id ORDER BY seq), "at") / 86400.0 AS days
    FROM events
    WHERE person_id = $person_id AND to_stage IS NOT NULL
)
SELECT
    from_stage || ' → ' || to_stage AS step,
    count(*) AS moves,
    round(median(days), 1) AS median_days
FROM moves
WHERE from_stage IS NOT NULL
GROUP BY step
ORDER BY moves DESC, step
