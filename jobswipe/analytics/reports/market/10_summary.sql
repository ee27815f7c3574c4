-- title: The market at a glance
SELECT
    count(*) AS openings,
    count(DISTINCT company) AS companies,
    count(DISTINCT source) AS sources,
    round(100.0 * count(salary_currency) / greatest(count(*), 1), 1) AS percent_with_salary,
    round(100.0 * count(*) FILTER (workplace = 'remote') / greatest(count(*), 1), 1) AS percent_remote
FROM openings
WHERE state = 'open' AND shown
