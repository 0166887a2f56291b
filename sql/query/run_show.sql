-- One run. $1 run.
SELECT run, business_date, previous_date, state, coalesce(stopped_because, '') AS stopped_because, program_version,
       who, why, started_at, finished_at
FROM run WHERE run = $1
