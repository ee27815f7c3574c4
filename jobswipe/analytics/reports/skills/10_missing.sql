-- title: Skills that open positions ask for and your resume does not show
-- label: skill
-- value: openings
SELECT
    skill,
    count(*) AS openings,
    round(100.0 * count(*) / (SELECT greatest(count(*), 1) FROM openings WHERE state = 'open' AND shown), 1) AS percent
FROM skills
SEMI JOIN (SELECT seq FROM openings WHERE state = 'open' AND shown) USING (seq)
WHERE NOT list_contains($resume_skills, skill)
GROUP BY skill
ORDER BY openings DESC, skill
LIMIT 30
