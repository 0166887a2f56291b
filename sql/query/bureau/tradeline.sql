-- name: FileLast
-- The last file that counts of each of some destinations before a file, with the last loan of its book. A boarded file has no run.
-- $1 destinations, $2 for each the file. Index: bureau_file_pkey; a destination has a file a month.
SELECT DISTINCT ON (f.destination) f.file, coalesce(r.last_loan, b.last_loan) AS last_loan
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[])) AS x (destination, before)
JOIN bureau_file f ON f.destination = x.destination AND f.file < x.before
LEFT JOIN run r ON r.run = f.run
LEFT JOIN boarded_file b ON b.file = f.file
WHERE f.state NOT IN ('VOIDED', 'REJECTED')
ORDER BY f.destination, f.file DESC

-- name: LineLast
-- What one file says of the loans of a range. Dates come as days, 0001-01-01 = 1.
-- $1 file, $2 after loan, $3 last loan. Index: tradeline_pkey.
SELECT t.file, t.as_of - DATE '0001-01-01' + 1, {before}
FROM tradeline t
WHERE t.file = $1 AND t.loan > $2 AND t.loan <= $3
ORDER BY t.loan

-- name: LineOlder
-- The last lines of single loans in files that count, newest first, without those that were refused singly (BR11). Dates
-- come as days, 0001-01-01 = 1. $1 loans, $2 the newest file to look at for each, $3 lines of a loan, $4 destinations.
-- Index: bureau_file_pkey, tradeline_pkey, answer_refused.
SELECT t.*
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[])) AS x (loan, newest)
CROSS JOIN LATERAL (
    SELECT t.file, t.as_of - DATE '0001-01-01' + 1, {before}
    FROM bureau_file f JOIN tradeline t ON t.file = f.file AND t.loan = x.loan
    WHERE f.file <= x.newest AND f.destination = ANY (CAST($4 AS bigint[])) AND f.state NOT IN ('VOIDED', 'REJECTED')
      AND NOT EXISTS (SELECT FROM answer r WHERE r.loan = x.loan AND r.file = f.file AND r.outcome = 'REFUSED')
    ORDER BY f.file DESC LIMIT $3) t

-- name: ExcludedLast
-- The loans of a range that one file left out, with the last file before it that said something of each, 0 if none did.
-- $1 file, $2 after loan, $3 last loan. Index: excluded_pkey.
SELECT loan, coalesce(last_file, 0) AS last_file FROM excluded
WHERE file = $1 AND loan > $2 AND loan <= $3

-- name: ExcludedAdd
-- The loans that a file leaves out, and why (DC11). $1 file, $2 rows as JSON. Index: excluded_pkey.
INSERT INTO excluded (loan, file, reason, rule, detail, last_file)
SELECT x.loan, $1, x.reason, x.rule, x.detail, x.last_file
FROM json_to_recordset($2) AS x (loan bigint, reason text, rule text, detail text, last_file bigint)

-- name: LoanChangedProgram
-- The loans of a range that were in another program once. $1 after loan, $2 last loan. Index: loan_state_changed_program.
SELECT loan FROM loan_state WHERE changed_program AND loan > $1 AND loan <= $2

-- name: LoanCount
-- How many loans a range has. $1 after loan, $2 last loan. Index: loan_state_pkey, alone.
SELECT count(*) FROM loan_state WHERE loan > $1 AND loan <= $2

-- name: LoanKeys
-- The loans of a range. $1 after loan, $2 last loan. Index: loan_state_pkey, alone.
SELECT loan FROM loan_state WHERE loan > $1 AND loan <= $2 ORDER BY loan
