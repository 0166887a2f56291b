-- name: CorrectionRead
-- The corrections of a range that lock a field at some destinations, and what was decided there. Dates come as days,
-- 0001-01-01 = 1. $1 after loan, $2 last loan, $3 destinations, one of each program. Index: correction_lock, correction_at_pkey.
SELECT c.loan, c.correction, c.field, c.value, coalesce(a.decided, c.decided) AS decided,
       c.decided_on - DATE '0001-01-01' + 1 AS decided_on, c.known
FROM correction c
LEFT JOIN LATERAL (
    SELECT x.decided, x.ended_file FROM correction_at x
    WHERE x.loan = c.loan AND x.correction = c.correction AND x.destination = ANY (CAST($3 AS bigint[]))
    ORDER BY x.ended_file DESC NULLS LAST LIMIT 1) a ON TRUE
WHERE c.state = 'LIVE' AND c.loan > $1 AND c.loan <= $2 AND a.ended_file IS NULL
ORDER BY c.loan, c.field

-- name: CorrectionLoan
-- A loan to be corrected, with what its next files go by, one row a destination: its program, the last calendar date of a file of
-- it (else the last business date, else $2), and the number of the file. Writers of the loan wait. $1 loan id, $2 today.
-- Locks: its row of loan_wake. Index: loan_key_loan_id_key, loan_pkey, loan_wake_pkey; few files.
SELECT l.loan, l.program, p.identification_number, d.destination, d.name AS destination_name, d.ends_on, p.calendar,
       coalesce((SELECT max(f.as_of) FROM bureau_file f WHERE f.program = d.program AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')),
                (SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED'), CAST($2 AS date)) AS last_on,
       (SELECT coalesce(max(f.file), 0) + 1 FROM bureau_file f) AS next_file
FROM loan_key k
JOIN loan l ON l.loan = k.loan
JOIN program p ON p.program = l.program
JOIN destination d ON d.program = p.program
JOIN loan_wake w ON w.loan = k.loan
WHERE k.loan_id = $1 AND (d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
ORDER BY d.ends_on DESC NULLS FIRST, d.destination
FOR NO KEY UPDATE OF w

-- name: CorrectionCycleEnd
-- The end of a loan's first billing cycle after a date; null: none. $1 loan, $2 date. Index: cycle_pkey.
SELECT min(ends_on) FROM cycle WHERE loan = $1 AND ends_on > $2

-- name: CorrectionLock
-- The correction that locks a field. $1 loan, $2 field. Index: correction_lock.
SELECT correction, value FROM correction WHERE loan = $1 AND field = $2 AND state = 'LIVE'

-- name: CorrectionInFile
-- Whether a file tells of a loan. $1 file, $2 loan. Index: tradeline_pkey.
SELECT EXISTS (SELECT FROM tradeline WHERE file = $1 AND loan = $2)

-- name: CorrectionAdd
-- Records a correction. A second lock of the field is refused by correction_lock. $1 loan, $2 field, $3 value, $4 decided,
-- $5 decided on, $6 known, $7 reason, $8 evidence, $9 source, $10 file, $11 who, $12 approver, $13 now.
INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, file, recorded_by, approver, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING correction

-- name: CorrectionRelease
-- A person releases a lock. $1 number, $2 who, $3 approver, $4 why, $5 now. Index: correction_by_number.
UPDATE correction SET state = 'RELEASED', released_by = $2, release_approver = $3, release_why = $4, released_at = $5
WHERE correction = $1 AND state = 'LIVE'

-- name: CorrectionState
-- The state of a correction. $1 number. Index: correction_by_number.
SELECT state FROM correction WHERE correction = $1

-- name: CorrectionAtAdd
-- What was decided of a corrected field at a destination. $1 loan, $2 number, $3 destination, $4 decided.
INSERT INTO correction_at (loan, correction, destination, decided) VALUES ($1, $2, $3, $4)

-- name: CorrectionEnd
-- Locks that end at a destination with the records of a file; with the last destination of the program that goes on the
-- correction ends. $1 file, $2 rows as JSON. Index: correction_pkey, correction_at_pkey.
WITH ended AS (
    INSERT INTO correction_at (loan, correction, destination, decided, ended_file, ended_fact)
    SELECT c.loan, c.correction, f.destination, c.decided, f.file, x.fact
    FROM json_to_recordset($2) AS x (loan bigint, correction bigint, fact text)
    JOIN correction c ON c.loan = x.loan AND c.correction = x.correction AND c.state = 'LIVE'
    JOIN bureau_file f ON f.file = $1
    ON CONFLICT (loan, correction, destination) DO UPDATE SET ended_file = excluded.ended_file, ended_fact = excluded.ended_fact
    RETURNING loan, correction, ended_fact
)
UPDATE correction c SET state = 'ENDED', ended_file = f.file, ended_fact = e.ended_fact
FROM ended e JOIN bureau_file f ON f.file = $1
WHERE c.loan = e.loan AND c.correction = e.correction AND c.state = 'LIVE'
  AND NOT EXISTS (
      SELECT FROM destination d
      WHERE d.program = f.program AND d.destination <> f.destination AND (d.ends_on IS NULL OR d.ends_on >= f.as_of)
        AND (d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
        AND NOT EXISTS (SELECT FROM correction_at a WHERE a.loan = c.loan AND a.correction = c.correction
                        AND a.destination = d.destination AND a.ended_file IS NOT NULL))

-- name: CorrectionRestore
-- A file did not count: the locks that ended with it last, unless the field was corrected again. $1 file, $2 loans; null: all.
-- Index: correction_by_file, correction_at_by_file, correction_lock.
WITH given_back AS (
    UPDATE correction_at SET ended_file = NULL, ended_fact = NULL
    WHERE ended_file = $1 AND (CAST($2 AS bigint[]) IS NULL OR loan = ANY (CAST($2 AS bigint[])))
    RETURNING loan, correction
)
UPDATE correction c SET state = 'LIVE', ended_file = NULL, ended_fact = NULL
FROM (SELECT loan, correction FROM given_back
      UNION SELECT loan, correction FROM correction
      WHERE ended_file = $1 AND (CAST($2 AS bigint[]) IS NULL OR loan = ANY (CAST($2 AS bigint[])))) x
WHERE c.loan = x.loan AND c.correction = x.correction AND c.state IN ('ENDED', 'LIVE')
  AND NOT EXISTS (SELECT FROM correction n WHERE n.loan = c.loan AND n.field = c.field AND n.state = 'LIVE' AND n.correction <> c.correction)
