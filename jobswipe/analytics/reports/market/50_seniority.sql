-- title: Open positions by seniority
-- label: seniority
-- value: openings
SELECT coalesce(seniority, 'not said') AS seniority, count(*) AS openings
FROM openings
WHERE state = 'open' AND shown
GROUP BY 1
ORDER BY openings DESC, seniority
