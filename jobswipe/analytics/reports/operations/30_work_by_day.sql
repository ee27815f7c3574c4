-- title: Background work by day, at its worst
SELECT
    strftime("at", '%Y-%m-%d') AS day,
    count(DISTINCT "at") AS looks,
    max(value) FILTER (figure = 'queue_depth') AS tasks_waiting,
    max(value) FILTER (figure = 'queue_oldest_age_seconds') AS longest_wait_seconds,
    max(value) FILTER (figure = 'tasks' AND label = 'dead') AS tasks_dead,
    min(value) FILTER (figure = 'workers') AS fewest_workers,
    max(value) FILTER (figure = 'index_lag_changes') AS index_lag_changes
FROM snapshots
GROUP BY day
ORDER BY day DESC
LIMIT 30
