-- title: Companies with the most open positions
-- label: company
-- value: openings
SELECT company, count(*) AS openings, count(DISTINCT country) AS countries
FROM openings
WHERE state = 'open' AND shown AND company IS NOT NULL
GROUP BY company
ORDER BY openings DESC, company
LIMIT 20
