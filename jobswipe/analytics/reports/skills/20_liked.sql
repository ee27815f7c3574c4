-- title: The same among the positions that you liked or saved
-- label: skill
-- value: liked
WITH liked AS (
    SELECT posting_id FROM swipes
    WHERE person_id = $person_id AND verdict <> 'undo'
        AND seq NOT IN (SELECT undoes_id FROM swipes WHERE undoes_id IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY posting_id ORDER BY seq DESC) = 1 AND verdict IN ('like', 'save')
)
SELECT skill, count(*) AS liked
FROM skills
SEMI JOIN openings USING (seq)
SEMI JOIN liked USING (posting_id)
WHERE NOT list_contains($resume_skills, skill)
GROUP BY skill
ORDER BY liked DESC, skill
LIMIT 30
