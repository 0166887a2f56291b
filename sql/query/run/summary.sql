-- name: RunShow
-- One run. $1 run. Index: run_pkey, run_exception_pkey.
SELECT run, business_date, attempt, previous_date, state, coalesce(stopped_because, '') AS stopped_because, program_version,
       who, why, started_at, finished_at,
       (SELECT count(DISTINCT e.loan) FROM run_exception e WHERE e.run = run.run) AS exception_loans,
       (SELECT count(*) FROM run_exception e WHERE e.run = run.run) AS exception_rows
FROM run WHERE run = $1

-- name: RunSteps
-- The steps of a run with the sums of their chunks. $1 run. Index: run_chunk_pkey.
SELECT s.step,
       CASE WHEN s.finished_at IS NOT NULL THEN 'DONE' WHEN s.started_at IS NOT NULL THEN 'RUNNING' ELSE 'PENDING' END AS state,
       count(c.seq) AS chunks, count(c.seq) FILTER (WHERE c.state = 'PENDING') AS pending,
       CAST(coalesce(sum(c.read_count), 0) AS bigint) AS read_count,
       CAST(coalesce(sum(c.changed_count), 0) AS bigint) AS changed_count,
       CAST(coalesce(sum(c.amount_cents), 0) AS bigint) AS amount_cents,
       (SELECT count(DISTINCT e.loan) FROM run_exception e WHERE e.run = s.run AND e.step = s.step) AS exceptions,
       CAST(coalesce(extract(epoch FROM s.finished_at - s.started_at), 0) AS double precision) AS seconds
FROM run_step s LEFT JOIN run_chunk c ON c.run = s.run AND c.step = s.step
WHERE s.run = $1
GROUP BY s.run, s.step
ORDER BY s.position

-- name: RunCounts
-- The named counts of a run's chunks. $1 run. Index: run_chunk_pkey.
SELECT step, CAST(counts AS text) AS counts FROM run_chunk WHERE run = $1 AND counts <> CAST('{}' AS jsonb)

-- name: RunExceptions
-- The first loans that a run quarantined. $1 run, $2 rows. Index: run_exception_pkey.
SELECT e.step, l.loan_id, e.code, e.detail, e.first_run, coalesce(e.resolved_run, 0) AS resolved_run
FROM run_exception e JOIN loan l ON l.loan = e.loan JOIN run_step s ON s.run = e.run AND s.step = e.step
WHERE e.run = $1
ORDER BY s.position, e.loan, e.code LIMIT $2
