-- title: Openings by the week that they were posted
-- label: week
-- value: posted
SELECT
    strftime(date_trunc('week', coalesce(posted_at, first_seen_at)), '%Y-%m-%d') AS week,
    count(*) AS posted,
    count(*) FILTER (state = 'open') AS still_open
FROM openings
WHERE shown OR state = 'closed'
GROUP BY week
ORDER BY week DESC
LIMIT 26
