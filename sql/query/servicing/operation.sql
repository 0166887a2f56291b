-- name: OperationPatience
-- How long an operation waits for a lock. $1 time with its unit.
SELECT set_config('lock_timeout', $1, TRUE)

-- name: OperationOpen
-- The row of an operation, none if its key is known; it waits for another operation with the same key.
-- $1 kind, $2 key or null, $3 digest of the request, $4 who, $5 why, $6 now, $7 role, $8 address. Index: operation_idempotency_key_key.
INSERT INTO operation (kind, idempotency_key, digest, who, why, at, role, came_from)
VALUES ($1, $2, $3, $4, nullif($5, ''), $6, nullif($7, ''), nullif($8, ''))
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING operation

-- name: OperationByKey
-- The operation of a key. $1 key. Index: operation_idempotency_key_key.
SELECT digest, CAST(result AS text) AS result FROM operation WHERE idempotency_key = $1

-- name: OperationClose
-- What an operation did. $1 operation, $2 business date, $3 loans, $4 customers, $5 before, $6 after, $7 result, $8 cases.
-- Index: operation_pkey.
UPDATE operation SET business_date = $2, loans = $3, customers = $4, before = $5, after = $6, result = $7, cases = $8 WHERE operation = $1

-- name: OperationNights
-- The business dates that were closed first and last, and that of the night which is not finished. Index: run_one_per_date,
-- run_one_unfinished.
SELECT (SELECT min(business_date) FROM run WHERE state = 'CLOSED') AS first,
       (SELECT max(business_date) FROM run WHERE state = 'CLOSED') AS closed,
       (SELECT business_date FROM run WHERE state IN ('RUNNING', 'STOPPED')) AS unfinished

-- name: LoanByID
-- The key of a loan. $1 loan id. Index: loan_key_loan_id_key, loan_state_pkey.
SELECT k.loan FROM loan_key k JOIN loan_state s ON s.loan = k.loan WHERE k.loan_id = $1

-- name: CustomerByID
-- The key of a customer. $1 customer id. Index: customer_customer_id_key.
SELECT customer FROM customer WHERE customer_id = $1

-- name: CustomerLoans
-- The loans that a customer has now, in the order of the key. $1 customer. Index: loan_customer_by_customer.
SELECT loan FROM loan_customer WHERE customer = $1 ORDER BY loan

-- name: ProgramCalendar
-- The reporting calendar of a program. $1 program id. Index: program_program_id_key.
SELECT calendar FROM program WHERE program_id = $1

-- name: ProgramCalendars
-- The reporting calendars of all programs. Few rows.
SELECT program_id, calendar FROM program ORDER BY program_id

-- name: FilesWaiting
-- The files that wait by a calendar that their program no longer has. Few rows.
SELECT p.program_id, w.as_of, w.noted_on FROM file_waiting w JOIN program p ON p.program = w.program ORDER BY p.program_id, w.as_of

-- name: CustomerBySSN
-- Customers with a social security number, and their loans. $1 keyed hash of the number, $2 rows. Index: customer_by_ssn,
-- loan_customer_by_customer, loan_pkey.
SELECT c.customer_id, CAST(coalesce(array_agg(l.loan_id ORDER BY l.loan) FILTER (WHERE l.loan IS NOT NULL), '{}') AS text[]) AS loans
FROM customer c LEFT JOIN loan_customer x ON x.customer = c.customer LEFT JOIN loan l ON l.loan = x.loan
WHERE c.ssn_hash = $1
GROUP BY c.customer, c.customer_id ORDER BY c.customer LIMIT $2
