-- title: The store by day, as it was last seen
-- label: day
-- value: openings
SELECT
    strftime("at", '%Y-%m-%d') AS day,
    arg_max(value, "at") FILTER (figure = 'openings') AS openings,
    arg_max(value, "at") FILTER (figure = 'sources' AND label = 'healthy') AS sources_healthy,
    arg_max(value, "at") FILTER (figure = 'sources' AND label = 'broken') AS sources_broken,
    sum(value) FILTER (figure = 'swipes' AND label <> 'undo' AND "at" = last_seen) AS verdicts,
    sum(value) FILTER (figure = 'applications' AND "at" = last_seen) AS applications,
    round(arg_max(value, "at") FILTER (figure = 'database_bytes') / 1e6, 1) AS database_mb
FROM (SELECT *, max("at") OVER (PARTITION BY strftime("at", '%Y-%m-%d')) AS last_seen FROM snapshots)
GROUP BY day
ORDER BY day DESC
LIMIT 30
