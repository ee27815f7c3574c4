-- title: Salaries a year, by currency (middle of the stated range)
-- label: currency
-- value: median
SELECT
    salary_currency AS currency,
    count(*) AS openings,
    round(quantile_cont(pay, 0.1)) AS p10,
    round(quantile_cont(pay, 0.25)) AS p25,
    round(median(pay)) AS median,
    round(quantile_cont(pay, 0.75)) AS p75,
    round(quantile_cont(pay, 0.9)) AS p90
FROM (
    SELECT
        salary_currency,
        (coalesce(salary_year_min, salary_year_max) + coalesce(salary_year_max, salary_year_min)) / 2 AS pay
    FROM openings
    WHERE state = 'open' AND shown AND salary_currency IS NOT NULL
)
GROUP BY 1
ORDER BY openings DESC, currency
LIMIT 15
