-- name: InquiryFile
-- The number of a file by its number, name or path. $1 what was asked for, $2 it as an absolute path.
-- Index: none needed, few rows.
SELECT file FROM bureau_file
WHERE CAST(file AS text) = $1 OR name = $1 OR path = $2
ORDER BY file LIMIT 1

-- name: InquiryFiles
-- A page of the bureaus' files, newest first. $1 file to begin before, null: at the start; $2 rows.
-- Index: bureau_file_pkey; the deletions are read once.
WITH page AS (
    SELECT * FROM bureau_file
    WHERE CAST($1 AS bigint) IS NULL OR file < CAST($1 AS bigint)
    ORDER BY file DESC LIMIT $2
), deleted AS (
    SELECT file, count(*) AS deletions FROM deletion WHERE file IN (SELECT file FROM page) GROUP BY file
)
SELECT f.file, coalesce(f.run, 0) AS run, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state, coalesce(f.state_why, '') AS state_why,
       coalesce(f.name, '') AS name, coalesce(f.path, '') AS path, coalesce(f.sha256, '') AS sha256,
       coalesce(f.bytes, 0) AS bytes, coalesce(f.records, 0) AS records, coalesce(f.excluded, 0) AS excluded,
       coalesce(x.deletions, 0) AS deletions,
       f.purged_at, coalesce(f.purged_by, '') AS purged_by
FROM page f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
LEFT JOIN deleted x ON x.file = f.file
ORDER BY f.file DESC

-- name: InquiryFileEvents
-- What people did with a file, in order. $1 file. Index: bureau_file_event_pkey.
SELECT state, who, why, at, came_from, acknowledged FROM bureau_file_event WHERE file = $1 ORDER BY seq

-- name: InquiryExclusions
-- A page of the loans that a file left out, in the order of the book. $1 file, $2 loan to begin after, $3 rows.
-- Index: excluded_pkey.
SELECT l.loan_id, l.account_number, x.reason, x.rule, x.detail
FROM excluded x JOIN loan l ON l.loan = x.loan
WHERE x.file = $1 AND x.loan > $2
ORDER BY x.loan LIMIT $3

-- name: InquiryFileMarks
-- Where the records of a file stand. $1 file. Index: bureau_file_pkey.
SELECT file, coalesce(run, 0) AS run, coalesce(path, '') AS path, coalesce(name, '') AS name, marks, purged_at, coalesce(purged_by, '') AS purged_by FROM bureau_file WHERE file = $1

-- name: InquiryProgram
-- The settings of a program. $1 program id. Index: program_program_id_key.
SELECT program_id, identification_number, calendar, activity_cycle_ids, dofd_rule, charge_off_past_due, accommodations
FROM program WHERE program_id = $1

-- name: InquiryProducts
-- The settings of the products. Few rows.
SELECT product_id, portfolio_type, account_type, delinquent_after, charge_off_after, grace_days, closes_on_payoff, payoff_hold_days,
       trailing_reports, coalesce(delinquency_method, '') AS delinquency_method, coalesce(payments_ahead, '') AS payments_ahead,
       days_counted
FROM product ORDER BY product_id COLLATE "C"

-- name: InquiryPrograms
-- The programs and their calendars. Few rows.
SELECT program_id, calendar FROM program ORDER BY program_id COLLATE "C"

-- name: InquiryFilesOfDate
-- The files that count of a business date. $1 date. Index: run_one_per_date; few files.
SELECT f.file FROM run r JOIN bureau_file f ON f.run = r.run
WHERE r.business_date = $1 AND r.state = 'CLOSED' AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
ORDER BY f.file

-- name: InquiryDestinations
-- The destinations that get files: those that are listed, else the one that a program has by itself, and that have not ended. Few rows.
SELECT p.program_id, d.name AS destination
FROM destination d JOIN program p ON p.program = d.program
WHERE (d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
  AND (d.ends_on IS NULL OR d.ends_on >= coalesce((SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED'), d.ends_on))
ORDER BY p.program_id COLLATE "C", d.name COLLATE "C"
