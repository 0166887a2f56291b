-- name: InquiryRuns
-- A page of the runs with their sums, newest first. $1 run to begin before, null: at the start; $2 rows.
-- Index: run_pkey, run_chunk_pkey, run_exception_pkey.
SELECT r.run, r.business_date, r.attempt, r.previous_date, r.state, coalesce(r.stopped_because, '') AS stopped_because,
       r.program_version, r.who, r.why, r.started_at, r.finished_at,
       (SELECT CAST(coalesce(sum(c.changed_count), 0) AS bigint) FROM run_chunk c WHERE c.run = r.run) AS changed_count,
       (SELECT count(DISTINCT e.loan) FROM run_exception e WHERE e.run = r.run) AS exceptions,
       (SELECT count(*) FROM bureau_file f WHERE f.run = r.run) AS files
FROM run r
WHERE CAST($1 AS bigint) IS NULL OR r.run < CAST($1 AS bigint)
ORDER BY r.run DESC LIMIT $2

-- name: InquiryStanding
-- The last business date that was closed, and that of the unfinished run; null: none. Whether a brake stopped that one.
-- Index: run_one_per_date, run_one_unfinished, run_brake_pkey.
SELECT (SELECT max(business_date) FROM run WHERE state = 'CLOSED') AS closed,
       (SELECT business_date FROM run WHERE state IN ('RUNNING', 'STOPPED')) AS unfinished,
       EXISTS (SELECT FROM run r JOIN run_brake b ON b.run = r.run WHERE r.state IN ('RUNNING', 'STOPPED') AND b.state = 'BRAKED') AS braked

-- name: InquiryAttempt
-- A run as an attempt at its date. $1 run.
SELECT run, business_date, attempt FROM run WHERE run = $1

-- name: InquiryAttemptFiles
-- What another attempt found of the files of the attempts before. $1 run. Index: run_file_pkey.
SELECT x.file, p.program_id, d.name AS destination, f.as_of, x.outcome, x.new_file, x.old_sha256, x.new_sha256, x.added, x.removed, x.changed
FROM run_file x
JOIN bureau_file f ON f.file = x.file
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE x.run = $1 ORDER BY x.file

-- name: InquiryAttemptRecords
-- The records that differ, by loan. $1 run. Index: run_record_pkey.
SELECT x.file, k.loan_id, x.change, x.fields, x.from_status, x.from_past_due, x.from_dofd, x.to_status, x.to_past_due, x.to_dofd
FROM run_record x JOIN loan_key k ON k.loan = x.loan
WHERE x.run = $1 ORDER BY x.file, x.loan

-- name: InquiryAttemptMovesFirst
-- The first changes of loans' two states that another attempt made. $1 run, $2 rows. Index: status_history_by_run.
SELECT l.loan_id, h.state, coalesce(h.from_status, '') AS from_status, h.to_status, h.rule, h.effective_on, h.facts
FROM status_history h JOIN loan_key l ON l.loan = h.loan
WHERE h.run = $1 ORDER BY h.loan, h.seq LIMIT $2

-- name: InquiryAttemptRecordsFirst
-- The first records that differ, by file and loan. $1 run, $2 rows. Index: run_record_pkey.
SELECT x.file, k.loan_id, x.change, x.fields, x.from_status, x.from_past_due, x.from_dofd, x.to_status, x.to_past_due, x.to_dofd
FROM run_record x JOIN loan_key k ON k.loan = x.loan
WHERE x.run = $1 ORDER BY x.file, x.loan LIMIT $2
