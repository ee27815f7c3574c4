-- title: Skills most asked for, and whether your resume shows them
-- label: skill
-- value: openings
SELECT
    skill,
    count(*) AS openings,
    round(100.0 * count(*) / (SELECT greatest(count(*), 1) FROM openings WHERE state = 'open' AND shown), 1) AS percent,
    list_contains($resume_skills, skill) AS in_resume
FROM skills
SEMI JOIN (SELECT seq FROM openings WHERE state = 'open' AND shown) USING (seq)
GROUP BY skill
ORDER BY openings DESC, skill
LIMIT 30
