-- name: BoardProgram
-- A program by its id, with how many files of its own count. $1 program id. Locks: its row. Few rows.
SELECT p.program, p.program_id, (SELECT coalesce(max(l.loan), 0) FROM loan l) AS last_loan,
       (SELECT count(*) FROM bureau_file f WHERE f.program = p.program AND f.state NOT IN ('VOIDED', 'REJECTED', 'BOARDED')) AS own
FROM program p WHERE p.program_id = $1 FOR NO KEY UPDATE OF p

-- name: BoardDestinations
-- The destinations of a program: those that are listed, else the one that it has by itself. $1 program. Locks: the rows.
SELECT d.destination, d.name FROM destination d
WHERE d.program = $1 AND (d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
ORDER BY d.name FOR NO KEY UPDATE

-- name: BoardKnown
-- The files of a program that were boarded, newest first. $1 program. Index: boarded_file_pkey; few rows.
SELECT f.file, f.as_of, b.sha256 FROM bureau_file f JOIN boarded_file b ON b.file = f.file
WHERE f.program = $1 AND f.state = 'BOARDED' ORDER BY f.as_of DESC, f.file

-- name: BoardFile
-- A file of the former servicer, which is being read. $1 program, $2 destination, $3 as of, $4 created on. It returns its number.
INSERT INTO bureau_file (file, program, destination, as_of, previous_on, created_on, state, excluded)
SELECT coalesce(max(o.file), 0) + 1, $1, $2, $3, $3, $4, 'BUILDING', 0 FROM bureau_file o
RETURNING file

-- name: BoardGiven
-- What was given. $1 file, $2 last loan, $3 name, $4 sha256, $5 who, $6 why, $7 now.
INSERT INTO boarded_file (file, last_loan, name, sha256, given, missing, boarded_by, why, boarded_at) VALUES ($1, $2, $3, $4, 0, 0, $5, $6, $7)

-- name: BoardLoans
-- The loans of a program with some account numbers, their own or the ones that they are to get, the oldest of each; with their
-- consumers. $1 program, $2 account numbers. Index: loan_by_account, loan_by_new_account, loan_state_pkey, loan_customer_pkey, customer_pkey.
SELECT x.account_number, l.loan, l.opened_on, p.portfolio_type, s.episode,
       (SELECT json_agg(json_build_object('id', c.customer, 'position', m.position, 'ecoa', m.ecoa_code, 'business', c.is_business,
                                          'ssn', encode(c.ssn_hash, 'hex'), 'surname', c.surname) ORDER BY m.position)
        FROM loan_customer m JOIN customer c ON c.customer = m.customer WHERE m.loan = l.loan) AS consumers
FROM (
    SELECT n.account_number, min(a.loan) AS loan
    FROM unnest(CAST($2 AS text[])) AS n (account_number)
    CROSS JOIN LATERAL (
        SELECT o.loan FROM loan o WHERE o.program = $1 AND upper(o.account_number) = n.account_number
        UNION ALL
        SELECT o.loan FROM loan o WHERE o.program = $1 AND o.new_account_number IS NOT NULL AND upper(o.new_account_number) = n.account_number) a
    GROUP BY n.account_number) x
JOIN loan l ON l.loan = x.loan
JOIN product p ON p.product = l.product
JOIN loan_state s ON s.loan = l.loan

-- name: BoardTold
-- The loans of which a file has told already. $1 file, $2 loans. Index: tradeline_pkey.
SELECT loan FROM tradeline WHERE file = $1 AND loan = ANY (CAST($2 AS bigint[]))

-- name: BoardDeletions
-- Deletions that the former servicer has reported (DC6); one that an earlier file of his reported, too, counts there.
-- $1 destination, $2 file, $3 rows as JSON. Index: deletion_once.
INSERT INTO deletion (destination, loan, file, account_number, code, date_closed)
SELECT $1, x.loan, $2, x.account_number, x.code, x.date_closed
FROM json_to_recordset($3) AS x (loan bigint, account_number text, code text, date_closed date)
ON CONFLICT (destination, loan) WHERE live DO NOTHING

-- name: BoardMisfits
-- Accounts that a person must look at. $1 file, $2 rows as JSON.
INSERT INTO boarded_misfit (file, record_number, loan, account_number, reason, detail)
SELECT $1, x.record_number, x.loan, x.account_number, x.reason, x.detail
FROM json_to_recordset($2) AS x (record_number bigint, loan bigint, account_number text, reason text, detail text)

-- name: BoardDone
-- A file was boarded. $1 file, $2 name, $3 path, $4 sha256, $5 bytes, $6 records, $7 marks, $8 header, $9 records given.
WITH given AS (
    UPDATE boarded_file b SET given = $9, missing = (
        SELECT count(*) FROM loan l LEFT JOIN tradeline t ON t.file = $1 AND t.loan = l.loan
        WHERE l.program = (SELECT f.program FROM bureau_file f WHERE f.file = $1) AND l.loan <= b.last_loan AND t.loan IS NULL)
    WHERE b.file = $1
)
UPDATE bureau_file SET state = 'BOARDED', name = $2, path = $3, sha256 = $4, bytes = $5, records = $6, marks = $7, header = $8 WHERE file = $1

-- name: BoardSummary
-- What became of a file that was boarded. $1 file. Index: boarded_file_pkey, deletion by file.
SELECT f.file, d.name AS destination, f.as_of, f.path, b.name AS given_name, b.given, f.records AS boarded, b.missing,
       (SELECT count(*) FROM deletion x WHERE x.destination = f.destination AND x.file = f.file AND x.live) AS deletions
FROM bureau_file f JOIN boarded_file b ON b.file = f.file JOIN destination d ON d.destination = f.destination
WHERE f.file = $1

-- name: BoardReasons
-- How many accounts of a boarded file a person must look at, by reason. $1 file. Index: boarded_misfit_pkey.
SELECT reason, count(*) AS accounts FROM boarded_misfit WHERE file = $1 GROUP BY reason ORDER BY reason

-- name: BoardListed
-- Accounts of a boarded file that a person must look at. $1 file, $2 how many. Index: boarded_misfit_pkey.
SELECT m.record_number, coalesce(k.loan_id, '') AS loan_id, m.account_number, m.reason, m.detail
FROM boarded_misfit m LEFT JOIN loan_key k ON k.loan = m.loan
WHERE m.file = $1 ORDER BY m.record_number, m.reason LIMIT $2
