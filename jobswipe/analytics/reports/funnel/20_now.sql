-- title: Applications by their stage now
-- label: stage
-- value: applications
WITH latest AS (
    SELECT application_id, to_stage FROM events
    WHERE person_id = $person_id AND to_stage IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY application_id ORDER BY seq DESC) = 1
)
SELECT to_stage AS stage, count(*) AS applications
FROM latest
GROUP BY stage
ORDER BY list_position(['saved', 'applied', 'screen', 'interview', 'offer', 'rejected', 'withdrawn'], stage)
