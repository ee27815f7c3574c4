-- title: Open positions by workplace
-- label: workplace
-- value: openings
SELECT coalesce(workplace, 'not said') AS workplace, count(*) AS openings
FROM openings
WHERE state = 'open' AND shown
GROUP BY 1
ORDER BY openings DESC, workplace
