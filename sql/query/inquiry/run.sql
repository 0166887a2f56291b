-- name: InquiryRuns
-- Every run with its sums, newest first. Index: run_chunk_pkey, run_exception_pkey.
SELECT r.run, r.business_date, r.previous_date, r.state, coalesce(r.stopped_because, '') AS stopped_because,
       r.program_version, r.who, r.why, r.started_at, r.finished_at,
       (SELECT CAST(coalesce(sum(c.changed_count), 0) AS bigint) FROM run_chunk c WHERE c.run = r.run) AS changed_count,
       (SELECT count(*) FROM run_exception e WHERE e.run = r.run) AS exceptions,
       (SELECT count(*) FROM bureau_file f WHERE f.run = r.run) AS files
FROM run r
ORDER BY r.run DESC

-- name: InquiryLastClosed
-- The last business date that was closed; null: none. Index: none needed, few rows.
SELECT max(business_date) FROM run WHERE state = 'CLOSED'
