-- title: The latest figures, and those of a day and of a week before
WITH latest AS (SELECT max("at") AS moment FROM snapshots),
known AS (
    SELECT
        figure,
        label,
        arg_max(value, "at") FILTER ("at" = moment) AS now,
        arg_max(value, "at") FILTER ("at" <= moment - INTERVAL 1 DAY) AS day_before,
        arg_max(value, "at") FILTER ("at" <= moment - INTERVAL 7 DAY) AS week_before
    FROM snapshots CROSS JOIN latest
    GROUP BY figure, label
)
SELECT figure, label, now, day_before, week_before
FROM known
WHERE now IS NOT NULL
ORDER BY figure, label
