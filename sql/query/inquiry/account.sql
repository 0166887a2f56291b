-- name: InquiryAccountSearch
-- A page of the loans that a person looks for, in the order of the book. $1 loan id, account number (as it is, or as it will be) or
-- customer id; $2 loan to begin after, $3 rows.
-- Index: loan_key_loan_id_key, loan_by_account and loan_by_new_account, once a program, customer_customer_id_key,
-- loan_customer_by_customer, loan_pkey, loan_state_pkey.
WITH found AS (
    SELECT k.loan FROM loan_key k WHERE k.loan_id = $1
    UNION
    SELECT n.loan FROM program p CROSS JOIN LATERAL (
        SELECT l.loan FROM loan l WHERE l.program = p.program AND upper(l.account_number) = upper($1)
        UNION ALL
        SELECT l.loan FROM loan l
        WHERE l.program = p.program AND l.new_account_number IS NOT NULL AND upper(l.new_account_number) = upper($1)) n
    UNION
    SELECT c.loan FROM loan_customer c WHERE c.customer = (SELECT u.customer FROM customer u WHERE u.customer_id = $1)
)
SELECT l.loan_id, l.account_number, g.program_id, p.product_id, l.opened_on, s.status, s.closed_on, s.servicing_status
FROM loan l
JOIN loan_state s ON s.loan = l.loan
JOIN product p ON p.product = l.product
JOIN program g ON g.program = l.program
WHERE l.loan = ANY (ARRAY(SELECT f.loan FROM found f WHERE f.loan > $2 ORDER BY f.loan LIMIT $3))
ORDER BY l.loan

-- name: InquiryAccountConsumers
-- The consumers of a loan by position, by the lender's ids, and when they were removed. $1 loan.
-- Index: loan_customer_pkey, customer_pkey.
SELECT u.customer_id, c.ecoa_code, u.removed_on
FROM loan_customer c JOIN customer u ON u.customer = c.customer
WHERE c.loan = $1
ORDER BY c.position LIMIT 100

-- name: InquiryAccountContacts
-- What is planned with the borrower of a loan, and whether its termination was rescinded. $1 loan.
-- Index: scheduled_item_pending, schedule_active, termination_pkey.
SELECT (SELECT count(*) FROM scheduled_item i WHERE i.loan = $1 AND i.state = 'PENDING') AS items,
       (SELECT count(*) FROM schedule s WHERE s.loan = $1 AND s.state = 'ACTIVE') AS schedules,
       (SELECT t.rescinded_on FROM termination t WHERE t.loan = $1) AS rescinded_on

-- name: InquiryAccountFiles
-- What each file of a loan's program said of it or why it left it out, newest first; of all programs if it moved from one to another.
-- $1 loan; calendar date and file to begin before: $2, null for the start, and $3; $4 rows.
-- Index: loan_pkey, loan_state_pkey; tradeline_pkey, excluded_pkey, once a file; answer_pkey; few files.
SELECT f.file, f.name AS file_name, f.state AS file_state, d.name AS destination, f.as_of, coalesce(f.run, 0) AS run,
       coalesce(f.sha256, '') AS sha256, f.purged_at, r.loan IS NOT NULL AS told,
       EXISTS (SELECT FROM answer a WHERE a.file = f.file AND a.loan = $1 AND a.outcome = 'REFUSED') AS refused,
       coalesce(r.account_status, '') AS account_status, coalesce(r.payment_rating, '') AS payment_rating,
       coalesce(r.payment_history, '') AS payment_history, coalesce(r.history_character, '') AS history_character,
       r.date_account_info, r.date_first_delinquency, r.date_closed, r.date_last_payment,
       coalesce(r.current_balance, 0) AS current_balance, coalesce(r.amount_past_due, 0) AS amount_past_due,
       coalesce(r.scheduled_payment, 0) AS scheduled_payment, coalesce(r.actual_payment, 0) AS actual_payment,
       coalesce(r.original_charge_off, 0) AS original_charge_off, coalesce(r.special_comment, '') AS special_comment,
       coalesce(r.compliance_code, '') AS compliance_code, coalesce(r.final, FALSE) AS final,
       coalesce(r.rule, x.rule, '') AS rule, coalesce(x.reason, '') AS reason, coalesce(x.detail, '') AS detail
FROM loan l
JOIN loan_state s ON s.loan = l.loan
JOIN bureau_file f ON (f.program = l.program OR s.changed_program) AND f.state <> 'BUILDING'
JOIN destination d ON d.destination = f.destination
LEFT JOIN LATERAL (SELECT * FROM tradeline t WHERE t.file = f.file AND t.loan = l.loan OFFSET 0) r ON TRUE
LEFT JOIN LATERAL (SELECT * FROM excluded e WHERE e.file = f.file AND e.loan = l.loan OFFSET 0) x ON TRUE
WHERE l.loan = $1 AND (r.loan IS NOT NULL OR x.loan IS NOT NULL)
  AND (CAST($2 AS date) IS NULL OR (f.as_of, f.file) < (CAST($2 AS date), CAST($3 AS bigint)))
ORDER BY f.as_of DESC, f.file DESC LIMIT $4

-- name: InquiryAccountExceptions
-- The exceptions of a loan that no run resolved, each as the newest run says that listed it. $1 loan.
-- Index: run_exception_by_loan, run_pkey.
SELECT DISTINCT ON (e.step, e.code) e.run, r.business_date, e.step, e.code, e.detail, e.first_run, e.resolved_run
FROM run_exception e JOIN run r ON r.run = e.run
WHERE e.loan = $1 AND e.resolved_run IS NULL
ORDER BY e.step, e.code, e.run DESC

-- name: InquiryAccountCases
-- The newest cases of a loan and of its customers. $1 loan, $2 rows.
-- Index: case_party_by_loan, loan_customer_pkey, case_party_by_customer.
SELECT p.case_key FROM case_party p WHERE p.loan = $1
UNION
SELECT p.case_key FROM case_party p WHERE p.customer = ANY (ARRAY(SELECT c.customer FROM loan_customer c WHERE c.loan = $1))
ORDER BY case_key DESC LIMIT $2

-- name: InquiryAccountFindings
-- What pre-flight found of a loan and nobody has put right or accepted, what is due first. $1 loan. Index: finding_pkey.
SELECT k.finding, k.rule, k.harm, d.name AS destination, k.says, k.last_file, k.owner, k.due_on
FROM finding k JOIN destination d ON d.destination = k.destination
WHERE k.loan = $1 AND k.state = 'OPEN'
ORDER BY k.due_on, k.finding LIMIT 50

-- name: InquiryAccountTimeline
-- A page of what happened with a loan, newest first. $1 loan, $2 kind, empty for all; date, kind and id to begin before: $3, null for
-- the start, $4, $5; $6 rows.
-- Index: status_history_pkey, loan_transaction_by_loan, case_party_by_loan, loan_customer_pkey, case_party_by_customer, case_file_pkey,
-- operation_by_loan, correction_pkey, answer_pkey; tradeline_pkey and excluded_pkey, once a file.
WITH of_cases AS (
    SELECT p.case_key FROM case_party p WHERE p.loan = $1
    UNION
    SELECT p.case_key FROM case_party p WHERE p.customer = ANY (ARRAY(SELECT c.customer FROM loan_customer c WHERE c.loan = $1))
), entries AS (
    SELECT h.business_date AS on_day, CAST('DECISION' AS text) AS kind, lpad(CAST(h.seq AS text), 9, '0') AS id, h.state AS about,
           coalesce(h.from_status, '') AS was, h.to_status AS became, CAST(NULL AS bigint) AS amount_cents, h.rule, h.cause AS detail,
           coalesce(h.run, 0) AS run, coalesce(h.operation, 0) AS operation, CAST(0 AS bigint) AS file, coalesce(h.who, '') AS who,
           coalesce(h.why, '') AS why
    FROM status_history h WHERE h.loan = $1 AND $2 IN ('', 'DECISION')
    UNION ALL
    SELECT t.effective_on, 'POSTING', t.transaction_id, CAST(t.type AS text), '', t.state, t.amount_cents, '', coalesce(t.reverses, ''),
           0, 0, 0, '', ''
    FROM loan_transaction t WHERE t.loan = $1 AND $2 IN ('', 'POSTING')
    UNION ALL
    SELECT m.on_day, 'CASE', f.case_id || ' ' || m.seq, f.type, f.case_id, m.became, NULL, '', coalesce(f.outcome, ''), 0, 0, 0, '', ''
    FROM case_file f
    CROSS JOIN LATERAL (VALUES (1, 'OPENED', f.opened_on), (2, 'CLOSED', f.closed_on), (3, 'DELETED', f.deleted_on)) m (seq, became, on_day)
    WHERE f.case_key = ANY (ARRAY(SELECT c.case_key FROM of_cases c)) AND m.on_day IS NOT NULL AND $2 IN ('', 'CASE')
    UNION ALL
    SELECT o.business_date, 'OPERATION', lpad(CAST(o.operation AS text), 18, '0'), o.kind, '', '', NULL, '', '', 0, o.operation, 0, o.who,
           coalesce(o.why, '')
    FROM operation o WHERE o.loans @> ARRAY[CAST($1 AS bigint)] AND o.business_date IS NOT NULL AND $2 IN ('', 'OPERATION')
    UNION ALL
    SELECT CAST(k.recorded_at AT TIME ZONE 'UTC' AS date), 'CORRECTION', lpad(CAST(k.correction AS text), 18, '0'), k.field, k.decided, k.value,
           NULL, 'BR9', k.source, 0, 0, coalesce(k.file, 0), k.recorded_by, k.reason
    FROM correction k WHERE k.loan = $1 AND $2 IN ('', 'CORRECTION')
    UNION ALL
    SELECT a.received_on, 'ANSWER', lpad(CAST(a.answer AS text), 18, '0'), a.outcome, a.field, a.code, NULL, 'BR11', a.reason, 0, 0, a.file,
           a.recorded_by, ''
    FROM answer a WHERE a.loan = $1 AND $2 IN ('', 'ANSWER')
    UNION ALL
    SELECT f.created_on, 'FILE', lpad(CAST(f.file AS text), 18, '0'), d.name, f.state, coalesce(r.account_status, ''), NULL,
           coalesce(r.rule, x.rule), coalesce(x.reason, ''), coalesce(f.run, 0), 0, f.file, '', ''
    FROM loan l
    JOIN loan_state s ON s.loan = l.loan
    JOIN bureau_file f ON (f.program = l.program OR s.changed_program) AND f.state <> 'BUILDING'
    JOIN destination d ON d.destination = f.destination
    LEFT JOIN LATERAL (SELECT t.loan, t.account_status, t.rule FROM tradeline t WHERE t.file = f.file AND t.loan = l.loan OFFSET 0) r ON TRUE
    LEFT JOIN LATERAL (SELECT e.loan, e.rule, e.reason FROM excluded e WHERE e.file = f.file AND e.loan = l.loan OFFSET 0) x ON TRUE
    WHERE l.loan = $1 AND (r.loan IS NOT NULL OR x.loan IS NOT NULL) AND $2 IN ('', 'FILE')
)
SELECT on_day, kind, id, about, was, became, amount_cents, rule, detail, run, operation, file, who, why
FROM entries
WHERE CAST($3 AS date) IS NULL OR (on_day, kind COLLATE "C", id COLLATE "C") < (CAST($3 AS date), $4, $5)
ORDER BY on_day DESC, kind COLLATE "C" DESC, id COLLATE "C" DESC LIMIT $6
