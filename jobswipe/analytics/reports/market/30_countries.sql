-- title: Open positions by country
-- label: country
-- value: openings
SELECT coalesce(country, 'not said') AS country, count(*) AS openings, count(DISTINCT company) AS companies
FROM openings
WHERE state = 'open' AND shown
GROUP BY 1
ORDER BY openings DESC, country
LIMIT 20
