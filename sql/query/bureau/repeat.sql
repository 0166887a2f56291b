-- name: RunWho
-- Who runs a run, why, and since when. $1 run.
SELECT who, why, started_at FROM run WHERE run = $1

-- name: FileEarlier
-- The files that count of the other attempts at the business date of a run. $1 run. Locks: their rows, in the order of the key.
SELECT f.file, f.destination, f.state, f.as_of, f.previous_on, f.created_on, coalesce(f.path, '') AS path, f.sha256, f.bytes,
       f.name, coalesce(f.header, '') AS header, f.records,
       EXISTS (SELECT FROM delivery d WHERE d.file = f.file AND d.state <> 'WAITING' AND NOT d.by_hand) AS maybe_sent
FROM run n
JOIN run o ON o.business_date = n.business_date AND o.run <> n.run AND o.state = 'CLOSED'
JOIN bureau_file f ON f.run = o.run
WHERE n.run = $1 AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
ORDER BY f.file FOR UPDATE OF f

-- name: FileTakenBack
-- The files of the attempts at the business date of a run that were taken back, the last one of each destination and calendar date
-- without one that counts. $1 run.
SELECT DISTINCT ON (f.destination, f.as_of) f.file, f.destination, f.as_of, f.sha256
FROM run n
JOIN run o ON o.business_date = n.business_date AND o.run <> n.run
JOIN bureau_file f ON f.run = o.run
WHERE n.run = $1 AND f.state IN ('VOIDED', 'REJECTED')
  AND NOT EXISTS (SELECT FROM bureau_file b WHERE b.destination = f.destination AND b.as_of = f.as_of AND b.state NOT IN ('VOIDED', 'REJECTED'))
ORDER BY f.destination, f.as_of, f.file DESC

-- name: FileHide
-- Lets a file not count, for a trial. $1 file.
UPDATE bureau_file SET state = 'VOIDED' WHERE file = $1

-- name: FileInstead
-- The file that a run made in the place of another. $1 run, $2 the other file.
SELECT n.file, n.name, n.sha256
FROM bureau_file o
JOIN bureau_file n ON n.run = $1 AND n.destination = o.destination AND n.as_of = o.as_of AND n.state = 'GENERATED'
WHERE o.file = $2

-- name: FileMade
-- The names of the files that a run made. $1 run.
SELECT name FROM bureau_file WHERE run = $1 AND state = 'GENERATED' ORDER BY file

-- name: FileReplaced
-- The files that another attempt has replaced. $1 run.
SELECT f.file, f.state, f.as_of, f.previous_on, f.created_on, coalesce(f.path, '') AS path, f.sha256, f.bytes
FROM run_file x JOIN bureau_file f ON f.file = x.file
WHERE x.run = $1 AND x.outcome = 'REPLACED' ORDER BY f.file

-- name: FileMoved
-- A file was moved. $1 file, $2 where it is.
UPDATE bureau_file SET path = $2 WHERE file = $1

-- name: LineDifferences
-- What two files say of some accounts, by loan. $1 the old file, $2 the new one, $3 account numbers.
-- Index: tradeline_pkey; the lines of both files are read once.
SELECT coalesce(a.loan, b.loan) AS loan, coalesce(a.account_number, b.account_number) AS account_number,
       a.loan IS NOT NULL AS was, b.loan IS NOT NULL AS is_now,
       coalesce(a.account_status, '') AS from_status, coalesce(a.amount_past_due, 0) AS from_past_due, a.date_first_delinquency AS from_dofd,
       coalesce(b.account_status, '') AS to_status, coalesce(b.amount_past_due, 0) AS to_past_due, b.date_first_delinquency AS to_dofd
FROM (SELECT loan, account_number, account_status, amount_past_due, date_first_delinquency FROM tradeline
      WHERE file = $1 AND account_number = ANY (CAST($3 AS text[]))) a
FULL JOIN (SELECT loan, account_number, account_status, amount_past_due, date_first_delinquency FROM tradeline
           WHERE file = $2 AND account_number = ANY (CAST($3 AS text[]))) b ON b.loan = a.loan
ORDER BY 1

-- name: RunFileAdd
-- What another attempt found of a file. $1 run, $2 file, $3 outcome, $4 its SHA-256, $5 that of the file as it would be, $6 records
-- added, $7 removed, $8 changed.
INSERT INTO run_file (run, file, outcome, new_file, old_sha256, new_sha256, added, removed, changed)
SELECT $1, $2, CAST($3 AS text),
       CASE WHEN CAST($3 AS text) = 'REPLACED' THEN (
           SELECT n.file FROM bureau_file o JOIN bureau_file n ON n.run = $1 AND n.destination = o.destination AND n.as_of = o.as_of
           WHERE o.file = $2) END,
       $4, $5, $6, $7, $8

-- name: RunRecordAdd
-- The records of a file that differ. $1 run, $2 file, $3 rows as JSON.
INSERT INTO run_record (run, file, loan, change, fields, from_status, from_past_due, from_dofd, to_status, to_past_due, to_dofd)
SELECT $1, $2, x.loan, x.change, x.fields, x.from_status, x.from_past_due, x.from_dofd, x.to_status, x.to_past_due, x.to_dofd
FROM json_to_recordset($3) AS x (loan bigint, change text, fields text[], from_status text, from_past_due bigint, from_dofd date,
    to_status text, to_past_due bigint, to_dofd date)
