-- Every run, newest first.
SELECT run, business_date, previous_date, state, coalesce(stopped_because, '') AS stopped_because, program_version,
       who, why, started_at, finished_at
FROM run ORDER BY run DESC
