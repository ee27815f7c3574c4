-- title: Skills of your resume, and how many open positions ask for them
-- label: skill
-- value: openings
WITH asked AS (
    SELECT skill, count(*) AS openings
    FROM skills
    SEMI JOIN (SELECT seq FROM openings WHERE state = 'open' AND shown) USING (seq)
    GROUP BY skill
)
SELECT own.skill, coalesce(openings, 0) AS openings
FROM (SELECT DISTINCT unnest($resume_skills) AS skill) AS own
LEFT JOIN asked USING (skill)
ORDER BY openings DESC, own.skill
LIMIT 50
