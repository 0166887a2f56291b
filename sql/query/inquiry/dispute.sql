-- name: InquiryDisputeKeys
-- A page of the disputes, in the order in which their cases came into the book: disputes, fraud claims and theft reports. $1 case to
-- begin after, $2 only those that wait for their answer, $3 loan id or empty for all, $4 only this one or null, $5 program id or empty for
-- all, $6 rows. Index: case_file_pkey, case_file_disputed; of a loan: case_party_by_loan, case_party_by_customer, loan_customer_pkey.
SELECT f.case_key, CAST(NULL AS date) AS due_on
FROM case_file f
WHERE f.case_key > $1 AND f.type IN ('DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT')
  AND (NOT $2 OR f.outcome IS NULL AND f.deleted_on IS NULL)
  AND ($3 = '' OR f.case_key IN (
      SELECT p.case_key FROM loan_key k JOIN case_party p ON p.loan = k.loan WHERE k.loan_id = $3
      UNION ALL
      SELECT p.case_key FROM loan_key k JOIN loan_customer c ON c.loan = k.loan JOIN case_party p ON p.customer = c.customer
      WHERE k.loan_id = $3))
  AND (CAST($4 AS bigint) IS NULL OR f.case_key = $4)
  AND ($5 = '' OR EXISTS (
      SELECT FROM case_party p LEFT JOIN loan_customer c ON c.customer = p.customer
      JOIN loan l ON l.loan = coalesce(p.loan, c.loan) JOIN program g ON g.program = l.program
      WHERE p.case_key = f.case_key AND g.program_id = $5))
ORDER BY f.case_key LIMIT $6

-- name: InquiryDisputeDueKeys
-- A page of the disputes that wait for their answer, by the days left. $1, $2 due date and case to begin after, $3 days of a clock of
-- which nothing is written down, $4 loan id and $5 program id, empty for all, $6 rows. Index: case_file_disputed, dispute_pkey.
SELECT f.case_key, c.due_on
FROM case_file f
LEFT JOIN dispute u ON u.case_key = f.case_key
CROSS JOIN LATERAL (SELECT coalesce(u.due_on, coalesce(f.received_on, f.opened_on) + CAST($3 AS integer)) AS due_on) c
WHERE f.type IN ('DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT') AND f.outcome IS NULL AND f.deleted_on IS NULL
  AND (c.due_on, f.case_key) > (coalesce(CAST($1 AS date), '-infinity'), CAST($2 AS bigint))
  AND ($4 = '' AND $5 = '' OR EXISTS (
      SELECT FROM case_party p LEFT JOIN loan_customer m ON m.customer = p.customer
      JOIN loan l ON l.loan = coalesce(p.loan, m.loan) JOIN loan_key k ON k.loan = l.loan JOIN program g ON g.program = l.program
      WHERE p.case_key = f.case_key AND ($4 = '' OR k.loan_id = $4) AND ($5 = '' OR g.program_id = $5)))
ORDER BY c.due_on, f.case_key LIMIT $6

-- name: InquiryDisputeAnsweredKeys
-- A page of the ACDVs that were answered since a date. $1 case to begin after, $2 date or null, $3 rows. Index: dispute_pkey.
SELECT case_key, CAST(NULL AS date) AS due_on FROM dispute
WHERE case_key > $1 AND channel = 'ACDV' AND answer IS NOT NULL AND answered_on >= coalesce(CAST($2 AS date), '-infinity')
ORDER BY case_key LIMIT $3

-- name: InquiryDisputeRead
-- Disputes, with their corrections. One that names no loan is of those of its customers. $1 cases, $2 days of a clock of which nothing is
-- written down. Index: case_file_pkey, dispute_pkey, case_party_loan, case_party_customer, loan_customer_by_customer, correction_by_number,
-- loan_pkey.
SELECT f.case_key, f.case_id, f.type, coalesce(f.dispute_kind, '') AS dispute_kind, coalesce(f.outcome, '') AS outcome, f.deleted_on,
       coalesce(u.channel, '') AS channel, coalesce(u.bureau, '') AS bureau, coalesce(u.control_number, '') AS control_number,
       coalesce(u.codes, '{}') AS codes, u.bureau_due_on, coalesce(u.received_on, f.received_on, f.opened_on) AS received_on,
       u.informed_on, coalesce(u.due_on, coalesce(f.received_on, f.opened_on) + CAST($2 AS integer)) AS due_on,
       coalesce(u.answer, '') AS answer, u.answered_on, coalesce(u.checked, '') AS checked, coalesce(u.copies, '{}') AS copies,
       coalesce(x.case_id, '') AS fraud_case_id, coalesce(l.account_number, '') AS account_number,
       ARRAY(SELECT (SELECT k.loan_id FROM loan_key k WHERE k.loan = q.loan) COLLATE "C" FROM (
                 SELECT p.loan FROM case_party p WHERE p.case_key = f.case_key AND p.loan IS NOT NULL
                 UNION
                 SELECT m.loan FROM case_party p
                 CROSS JOIN LATERAL (SELECT m.loan FROM loan_customer m WHERE m.customer = p.customer OFFSET 0) m -- by its index, however many they are
                 WHERE p.case_key = f.case_key AND p.customer IS NOT NULL
                   AND NOT EXISTS (SELECT FROM case_party o WHERE o.case_key = f.case_key AND o.loan IS NOT NULL)) q
             ORDER BY 1) AS loan_ids,
       ARRAY(SELECT c.customer_id FROM case_party p JOIN customer c ON c.customer = p.customer WHERE p.case_key = f.case_key
             ORDER BY c.customer_id COLLATE "C") AS customer_ids,
       (SELECT coalesce(json_agg(json_build_object('correction', c.correction, 'field', c.field, 'decided', c.decided, 'value', c.value,
                                                   'state', c.state) ORDER BY c.correction), '[]')
        FROM correction c WHERE c.loan = u.loan AND c.correction = ANY (u.corrections)) AS corrections
FROM case_file f
LEFT JOIN dispute u ON u.case_key = f.case_key
LEFT JOIN case_file x ON x.case_key = u.fraud_case
LEFT JOIN loan l ON l.loan = u.loan
WHERE f.case_key = ANY ($1)

-- name: InquiryAUDs
-- A page of the corrections that bureaus do not have from an ACDV, since a date, to be keyed as AUDs. $1 correction to begin after,
-- $2 date or null, $3 rows. Index: correction_by_number, loan_pkey, dispute_by_loan.
SELECT c.correction, k.loan_id, l.account_number, c.field, c.decided, c.value, c.reason, c.evidence, c.source, c.state,
       CAST(c.recorded_at AT TIME ZONE 'UTC' AS date) AS recorded_on, c.recorded_by
FROM correction c JOIN loan_key k ON k.loan = c.loan JOIN loan l ON l.loan = c.loan
WHERE c.correction > $1 AND c.state = 'LIVE' AND c.recorded_at >= coalesce(CAST($2 AS date), '-infinity')
  AND NOT EXISTS (SELECT FROM dispute u WHERE u.loan = c.loan AND u.channel = 'ACDV' AND c.correction = ANY (u.corrections))
ORDER BY c.correction LIMIT $3
