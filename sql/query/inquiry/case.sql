-- name: InquiryCaseKeys
-- A page of cases in the order in which they came into the book: how many are wanted in all, the first and last of them, and those
-- of the page. What is wanted, empty or null for all: $1 customer id, $2 loan id (the case names it, or a customer of it), $3 type,
-- $4 status, $5 external id, $6 whether deleted, $7 whether snoozed on $8 a date, $9 whether escalated; $10 case to begin after,
-- or $11 to end before, one of them null; $12 rows.
-- Index: case_file_pkey; of a customer or loan: case_party_by_customer, case_party_by_loan, loan_customer_pkey.
WITH wanted AS MATERIALIZED (
    SELECT f.case_key
    FROM case_file f
    WHERE ($1 = '' OR f.case_key IN (SELECT p.case_key FROM customer c JOIN case_party p ON p.customer = c.customer WHERE c.customer_id = $1))
      AND ($2 = '' OR f.case_key IN (
          SELECT p.case_key FROM loan_key k JOIN case_party p ON p.loan = k.loan WHERE k.loan_id = $2
          UNION ALL
          SELECT p.case_key FROM loan_key k JOIN loan_customer c ON c.loan = k.loan JOIN case_party p ON p.customer = c.customer
          WHERE k.loan_id = $2))
      AND ($3 = '' OR f.type = $3)
      AND ($4 = '' OR lower(f.status) = lower($4))
      AND ($5 = '' OR f.external_id = $5)
      AND (CAST($6 AS boolean) IS NULL OR (f.deleted_on IS NOT NULL) = $6)
      AND (CAST($7 AS boolean) IS NULL OR (coalesce(f.snoozed_until, '-infinity') >= CAST($8 AS date)) = $7)
      AND (CAST($9 AS boolean) IS NULL OR $9 = EXISTS (
          SELECT FROM case_escalation e WHERE e.case_key = f.case_key AND e.ended_operation IS NULL))
), page AS (
    (SELECT case_key FROM wanted WHERE CAST($11 AS bigint) IS NULL AND case_key > coalesce(CAST($10 AS bigint), 0) ORDER BY case_key LIMIT $12)
    UNION ALL
    (SELECT case_key FROM wanted WHERE case_key < CAST($11 AS bigint) ORDER BY case_key DESC LIMIT $12)
)
SELECT count(*) AS total, coalesce(min(case_key), 0) AS first, coalesce(max(case_key), 0) AS last,
       ARRAY(SELECT case_key FROM page ORDER BY case_key) AS keys
FROM wanted

-- name: InquiryCaseCustomerKnown
-- Whether the book has a customer. $1 customer id. Index: customer_customer_id_key.
SELECT EXISTS (SELECT FROM customer c WHERE c.customer_id = $1)

-- name: InquiryCaseKey
-- The key of a case, by its id or else by its external id. $1 id. Index: case_file_case_id_key, case_file_by_external_id.
SELECT case_key FROM case_file WHERE case_id = $1 OR external_id = $1 ORDER BY case_id = $1 DESC LIMIT 1

-- name: InquiryCaseRead
-- Cases. $1 cases. Index: case_file_pkey, case_party_customer, case_party_loan, case_association_pkey, case_escalation_open,
-- operation_pkey.
SELECT f.case_id, coalesce(f.external_id, '') AS external_id, f.type, f.status, coalesce(f.outcome, '') AS outcome, f.opened_on,
       f.closed_on, f.deleted_on, f.auto_created, f.acknowledged, coalesce(CAST(f.chapter AS integer), 0) AS chapter, f.filed_on,
       coalesce(f.disposition, '') AS disposition, f.disposition_on, f.listed_outstanding_debt,
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
WHERE f.case_key = ANY($1)
ORDER BY f.case_key

-- name: InquiryEscalationKeys
-- A page of escalations in the order in which they were raised: how many are wanted in all, the first and last of them, and those
-- of the page. $1 case, null for all; $2 only open ones; $3 escalation to begin after, or $4 to end
-- before, one of them null; $5 rows. Index: case_escalation_by_case; of all: case_escalation_pkey, case_escalation_open.
WITH wanted AS MATERIALIZED (
    SELECT e.escalation
    FROM case_escalation e
    WHERE (CAST($1 AS bigint) IS NULL OR e.case_key = $1)
      AND (NOT $2 OR e.ended_operation IS NULL)
), page AS (
    (SELECT escalation FROM wanted WHERE CAST($4 AS bigint) IS NULL AND escalation > coalesce(CAST($3 AS bigint), 0) ORDER BY escalation LIMIT $5)
    UNION ALL
    (SELECT escalation FROM wanted WHERE escalation < CAST($4 AS bigint) ORDER BY escalation DESC LIMIT $5)
)
SELECT count(*) AS total, coalesce(min(escalation), 0) AS first, coalesce(max(escalation), 0) AS last,
       ARRAY(SELECT escalation FROM page ORDER BY escalation) AS keys
FROM wanted

-- name: InquiryEscalationRead
-- Escalations, with who raised and ended them, when and why. $1 escalations. Index: case_escalation_pkey, case_file_pkey,
-- operation_pkey.
SELECT e.escalation, f.case_id, f.type, coalesce(e.assignee, '') AS assignee, e.raised_on, r.at AS raised_at, r.who AS raised_by,
       coalesce(r.why, '') AS raised_why, e.ended_on, n.at AS ended_at, coalesce(n.who, '') AS ended_by, coalesce(n.why, '') AS ended_why
FROM case_escalation e
JOIN case_file f ON f.case_key = e.case_key
JOIN operation r ON r.operation = e.raised_operation
LEFT JOIN operation n ON n.operation = e.ended_operation
WHERE e.escalation = ANY($1)
ORDER BY e.escalation

-- name: InquiryCaseOperationKeys
-- A page of what people and systems did with a case, oldest first: how many in all, the first and last of them, and those of the page.
-- $1 case; $2 operation to begin after, or $3 to end before, one of them null; $4 rows. Index: operation_by_case.
WITH wanted AS MATERIALIZED (
    SELECT operation FROM operation WHERE cases @> ARRAY[CAST($1 AS bigint)] AND cases <> '{}'
), page AS (
    (SELECT operation FROM wanted WHERE CAST($3 AS bigint) IS NULL AND operation > coalesce(CAST($2 AS bigint), 0) ORDER BY operation LIMIT $4)
    UNION ALL
    (SELECT operation FROM wanted WHERE operation < CAST($3 AS bigint) ORDER BY operation DESC LIMIT $4)
)
SELECT count(*) AS total, coalesce(min(operation), 0) AS first, coalesce(max(operation), 0) AS last,
       ARRAY(SELECT operation FROM page ORDER BY operation) AS keys
FROM wanted

-- name: InquiryCaseOperationRead
-- Operations. $1 operations. Index: operation_pkey.
SELECT operation, kind, at, business_date, who, coalesce(why, '') AS why FROM operation WHERE operation = ANY($1) ORDER BY operation

-- name: InquiryCaseIDs
-- The first case ids from one on. $1 the one, $2 rows. Index: case_file_case_id_key.
SELECT case_id FROM case_file WHERE case_id >= $1 ORDER BY case_id LIMIT $2
