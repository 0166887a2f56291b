-- name: CaseFileLoans
-- The loans that a case concerns: those that it names, and those of its customers. $1 case.
-- Index: case_party_customer, case_party_loan, loan_customer_by_customer.
SELECT loan FROM case_party WHERE case_key = $1 AND loan IS NOT NULL
UNION
SELECT c.loan FROM case_party p JOIN loan_customer c ON c.customer = p.customer WHERE p.case_key = $1
ORDER BY loan

-- name: CaseFileLock
-- Locks a case. Read in the same query, it would be as before a wait for the lock. $1 case. Locks: the row. Index: case_file_pkey.
SELECT FROM case_file WHERE case_key = $1 FOR NO KEY UPDATE

-- name: CaseFileRead
-- A case as people see it. $1 case. Index: case_file_pkey, case_party_customer, case_party_loan,
-- case_association_pkey, case_escalation_open, operation_pkey.
SELECT f.case_key, f.case_id, coalesce(f.external_id, '') AS external_id, f.type, f.status, coalesce(f.outcome, '') AS outcome,
       f.opened_on, f.closed_on, f.deleted_on, f.auto_created, f.acknowledged, coalesce(CAST(f.chapter AS integer), 0) AS chapter,
       f.filed_on, coalesce(f.disposition, '') AS disposition, f.disposition_on, f.listed_outstanding_debt,
       coalesce(f.dispute_kind, '') AS dispute_kind, f.disputed_amount_cents, f.received_on,
       coalesce(f.court_case_number, '') AS court_case_number, f.snoozed_until, coalesce(v.who, '') AS viewed_by, v.at AS viewed_at,
       EXISTS (SELECT FROM case_escalation e WHERE e.case_key = f.case_key AND e.ended_operation IS NULL) AS escalated,
       ARRAY(SELECT c.customer_id FROM case_party p JOIN customer c ON c.customer = p.customer WHERE p.case_key = f.case_key
             ORDER BY c.customer_id COLLATE "C") AS customer_ids,
       ARRAY(SELECT k.loan_id FROM case_party p JOIN loan_key k ON k.loan = p.loan WHERE p.case_key = f.case_key
             ORDER BY k.loan_id COLLATE "C") AS loan_ids,
       ARRAY(SELECT a.kind || ' ' || a.reference FROM case_association a WHERE a.case_key = f.case_key
             ORDER BY a.kind, a.reference COLLATE "C") AS associations
FROM case_file f LEFT JOIN operation v ON v.operation = f.viewed_operation
WHERE f.case_key = $1

-- name: CaseFileAdd
-- A new case of people, none if there is one with its id or its external id; it waits for another that adds it. $1 case id,
-- $2 external id or null, $3 type, $4 status, $5 opened on. Index: case_file_case_id_key, case_file_by_external_id.
INSERT INTO case_file (case_id, external_id, type, status, opened_on, sent)
VALUES ($1, $2, $3, $4, $5, '{"auto_created": false, "acknowledged": false}')
ON CONFLICT DO NOTHING
RETURNING case_key

-- name: CaseFileWrite
-- Writes what a person has entered of a case; of the first change what the lender sent last is kept. $1 case, $2 external id,
-- $3 type, $4 status, $5 outcome, $6 opened on, $7 closed on, $8 deleted on, $9 whether monitoring made it, $10 acknowledged,
-- $11 chapter, $12 filed on, $13 disposition, $14 its date, $15 whether the debt is listed, $16 kind of dispute, $17 disputed
-- amount in cents, $18 received on. Index: case_file_pkey.
UPDATE case_file t SET
    sent = coalesce(t.sent, to_jsonb(t) - CAST('{case_key,court_case_number,sent,court_number_operation,snoozed_until,viewed_operation}' AS text[])),
    external_id = $2, type = $3, status = $4, outcome = $5, opened_on = $6, closed_on = $7, deleted_on = $8, auto_created = $9,
    acknowledged = $10, chapter = $11, filed_on = $12, disposition = $13, disposition_on = $14, listed_outstanding_debt = $15,
    dispute_kind = $16, disputed_amount_cents = $17, received_on = $18
WHERE case_key = $1

-- name: CaseCourtNumber
-- Writes the court's number of a case by hand. $1 case, $2 number or null, $3 operation. Index: case_file_pkey.
UPDATE case_file SET court_case_number = $2, court_number_operation = $3 WHERE case_key = $1

-- name: CasePartyAdd
-- Adds customers or loans to a case; gives how many were not in it. $1 case, $2 customers, $3 loans.
-- Index: case_party_customer, case_party_loan, case_party_removed_customer, case_party_removed_loan.
WITH given AS (
    SELECT customer, CAST(NULL AS bigint) AS loan FROM unnest(CAST($2 AS bigint[])) AS x (customer)
    UNION ALL
    SELECT NULL, loan FROM unnest(CAST($3 AS bigint[])) AS x (loan)
), back AS (
    DELETE FROM case_party_removed WHERE case_key = $1 AND (customer = ANY (CAST($2 AS bigint[])) OR loan = ANY (CAST($3 AS bigint[])))
), added AS (
    INSERT INTO case_party (case_key, customer, loan) SELECT $1, customer, loan FROM given ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*) FROM added

-- name: CasePartyRemove
-- Takes customers or loans out of a case and keeps in mind that they were; gives how many were in it. $1 case, $2 customers,
-- $3 loans, $4 operation. Index: case_party_customer, case_party_loan, case_party_removed_customer, case_party_removed_loan.
WITH gone AS (
    DELETE FROM case_party WHERE case_key = $1 AND (customer = ANY (CAST($2 AS bigint[])) OR loan = ANY (CAST($3 AS bigint[])))
    RETURNING customer, loan
), kept AS (
    INSERT INTO case_party_removed (case_key, customer, loan, operation) SELECT $1, customer, loan, $4 FROM gone ON CONFLICT DO NOTHING
)
SELECT count(*) FROM gone
