-- name: InquiryNights
-- A page of the runs without what their chunks did, newest first; exceptions are counted up to a bound.
-- $1 run to begin before, null: at the start; $2 rows; $3 the bound. Index: run_pkey, run_exception_pkey.
SELECT r.run, r.business_date, r.attempt, r.state, coalesce(r.stopped_because, '') AS stopped_because, r.program_version, r.who, r.why,
       r.started_at, r.finished_at,
       (SELECT count(*) FROM (SELECT FROM run_exception e WHERE e.run = r.run LIMIT $3) x) AS exceptions,
       coalesce(f.files, 0) AS files
FROM (SELECT run, business_date, attempt, state, stopped_because, program_version, who, why, started_at, finished_at
      FROM run WHERE CAST($1 AS bigint) IS NULL OR run < CAST($1 AS bigint) ORDER BY run DESC LIMIT $2) r
LEFT JOIN (SELECT run, count(*) AS files FROM bureau_file GROUP BY run) f ON f.run = r.run
ORDER BY r.run DESC

-- name: InquiryTonight
-- The run that is not finished, else the newest that nobody abandoned. Index: run_pkey.
SELECT run FROM run WHERE state <> 'ABANDONED' ORDER BY state IN ('RUNNING', 'STOPPED') DESC, run DESC LIMIT 1

-- name: InquiryRunSteps
-- The steps of a run, in order, with what their chunks did. $1 run. Index: run_step_pkey, run_chunk_pkey.
SELECT s.step, s.started_at, s.finished_at, c.chunks, c.done, c.read_count, c.changed_count
FROM run_step s
CROSS JOIN LATERAL (
    SELECT count(*) AS chunks, count(*) FILTER (WHERE c.state = 'DONE') AS done,
           CAST(coalesce(sum(c.read_count), 0) AS bigint) AS read_count, CAST(coalesce(sum(c.changed_count), 0) AS bigint) AS changed_count
    FROM run_chunk c WHERE c.run = s.run AND c.step = s.step) c
WHERE s.run = $1
ORDER BY s.position

-- name: InquiryRunPace
-- The newest chunks that a step of a run has done. $1 run, $2 step, $3 chunks. Index: run_chunk_pkey.
SELECT count(*) AS chunks, CAST(coalesce(sum(c.read_count), 0) AS bigint) AS read_count, min(c.finished_at) AS first_at, max(c.finished_at) AS last_at
FROM (SELECT read_count, finished_at FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'DONE' ORDER BY finished_at DESC LIMIT $3) c

-- name: InquiryRunLike
-- The newest closed first attempt before a run whose date ends a month, or does not, as that one's. $1 run, $2 whether it ends one; none: no row.
-- Index: run_pkey.
SELECT run FROM run
WHERE run < $1 AND state = 'CLOSED' AND attempt = 1 AND (extract(day FROM business_date + 1) = 1) = $2
ORDER BY run DESC LIMIT 1

-- name: InquiryRunBrakes
-- What braked a run, the newest of each brake and file. $1 run. Index: run_brake_pkey.
SELECT DISTINCT ON (brake, about) brake, about, state, now, whole, allowed, before, coalesce(accepted_by, '') AS accepted_by,
       coalesce(accepted_why, '') AS accepted_why, accepted_at
FROM run_brake WHERE run = $1 ORDER BY brake, about, seq DESC

-- name: InquiryRunFiles
-- The files that a run made. $1 run. bureau_file has a row a program, destination and date.
SELECT f.file, p.program_id, d.name AS destination, f.as_of, f.state, coalesce(f.records, 0) AS records
FROM bureau_file f JOIN program p ON p.program = f.program JOIN destination d ON d.destination = f.destination
WHERE f.run = $1 ORDER BY f.file
