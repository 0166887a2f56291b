-- name: SampleFile
-- A file that can be sampled, by its number. $1 file. Index: bureau_file_pkey.
SELECT f.file, p.program_id, d.name AS destination, f.destination AS destination_key, f.program, f.as_of, f.previous_on, f.state,
       f.path, f.sha256, f.records
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE f.file = $1 AND f.state <> 'BUILDING'

-- name: SampleNewest
-- The newest file of each destination that counts. Index: none needed, few rows.
SELECT max(f.file) AS file FROM bureau_file f
WHERE f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED') GROUP BY f.destination ORDER BY 1

-- name: SampleLoanKey
-- The loan of a record. $1 program, $2 account number in upper case, $3 file. Index: loan_by_account, tradeline_pkey; only if
-- the account bears another number in the book by now, the tradelines of the file are gone through.
SELECT l.loan FROM loan l
WHERE l.program = $1 AND upper(l.account_number) = $2 AND EXISTS (SELECT FROM tradeline WHERE file = $3 AND loan = l.loan)
UNION ALL
SELECT loan FROM tradeline WHERE file = $3 AND account_number = $2
LIMIT 1

-- name: SampleLoan
-- A loan as the lender and the nights describe it. $1 loan, $2 the calendar date of the file. Days are counted from 1970-01-01;
-- null is what there is not. Index: those of the loan's key.
SELECT l.loan, l.loan_id, p.identification_number, coalesce(l.cycle_id, '') AS cycle_id, upper(l.account_number) AS account_number,
       p.dofd_rule, p.charge_off_past_due,
       r.portfolio_type, r.account_type, coalesce(r.terms_frequency, '') AS terms_frequency, coalesce(r.interest_type, '') AS interest_type,
       coalesce(r.delinquency_method, CASE r.portfolio_type WHEN 'M' THEN 'months' ELSE 'days' END) AS delinquency_method,
       coalesce(r.payments_ahead, CASE r.portfolio_type WHEN 'I' THEN 'carry' WHEN 'M' THEN 'whole' ELSE 'drop' END) AS payments_ahead,
       l.opened_on - DATE '1970-01-01' AS opened_on, coalesce(l.original_amount_cents, 0) AS original_amount,
       coalesce(l.credit_limit_cents, 0) AS credit_limit, coalesce(l.highest_balance_cents, 0) AS highest_balance,
       coalesce(l.terms_duration, '') AS terms_duration, l.scheduled_payment_cents AS scheduled_payment,
       coalesce(l.payment_history, '') AS payment_history, l.first_delinquency_on - DATE '1970-01-01' AS first_delinquency_on,
       coalesce(l.original_charge_off_cents, 0) AS original_charge_off, l.last_reported_on - DATE '1970-01-01' AS last_reported_on,
       s.charged_off_on - DATE '1970-01-01' AS charged_off_on, coalesce(s.charge_off_cents, 0) AS charge_off,
       coalesce(h.to_status, s.status) AS status, CASE WHEN h.to_status IS NULL THEN s.closed_on ELSE h.closed_on END - DATE '1970-01-01' AS closed_on,
       x.terminated_on - DATE '1970-01-01' AS terminated_on, coalesce(x.reason, '') AS reason,
       coalesce(x.report_as_deleted, '') AS report_as_deleted,
       concat_ws(', ',
           CASE WHEN EXISTS (SELECT FROM pause WHERE loan = l.loan AND from_on <= CAST($2 AS date)) THEN 'an accommodation or pause' END,
           CASE WHEN l.deferred_until IS NOT NULL THEN 'a deferral' END,
           CASE WHEN EXISTS (SELECT FROM case_party c WHERE c.loan = l.loan OR c.customer IN (
               SELECT customer FROM loan_customer WHERE loan = l.loan)) THEN 'a case' END,
           CASE WHEN EXISTS (SELECT FROM correction c WHERE c.loan = l.loan) THEN 'a correction' END,
           CASE WHEN EXISTS (SELECT FROM scheduled_item i WHERE i.loan = l.loan AND i.kind = 'PAYMENT' AND i.cancel_reason IS NOT NULL)
               THEN 'payments that were cancelled' END,
           CASE WHEN l.balloon_on IS NOT NULL THEN 'a balloon' END,
           CASE WHEN l.sold_to IS NOT NULL OR l.sold_on IS NOT NULL THEN 'a sale' END,
           CASE WHEN x.reason NOT IN ('ERRO', 'FRAD', 'PAID', 'OTHR') THEN 'a termination for ' || x.reason END,
           CASE WHEN x.rescinded_on IS NOT NULL THEN 'a termination that was rescinded' END,
           CASE WHEN r.days_counted = 'business' THEN 'days counted in business days' END,
           CASE WHEN r.account_type = '48' THEN 'a collection' END,
           CASE WHEN l.special_comment IS NOT NULL THEN 'a comment of the lender' END,
           CASE WHEN s.changed_program THEN 'a change of program' END) AS particular,
       concat_ws(', ',
           CASE WHEN l.original_creditor IS NOT NULL OR l.creditor_class IS NOT NULL THEN 'an original creditor' END,
           CASE WHEN l.purchased_from IS NOT NULL OR l.sold_to IS NOT NULL THEN 'a sale' END,
           CASE WHEN l.agency_id IS NOT NULL OR l.mortgage_id IS NOT NULL THEN 'an agency' END,
           CASE WHEN l.balloon_on IS NOT NULL OR l.deferred_until IS NOT NULL THEN 'a special payment' END,
           CASE WHEN l.new_account_number IS NOT NULL THEN 'a new number' END) AS segments,
       l.new_account_number IS NOT NULL AS renumbered
FROM loan l
JOIN program p ON p.program = l.program
JOIN product r ON r.product = l.product
JOIN loan_state s ON s.loan = l.loan
LEFT JOIN termination x ON x.loan = l.loan AND x.terminated_on <= CAST($2 AS date)
LEFT JOIN LATERAL (
    SELECT to_status, closed_on FROM status_history
    WHERE loan = l.loan AND state = 'ACCOUNT' AND effective_on <= CAST($2 AS date) ORDER BY seq DESC LIMIT 1) h ON TRUE
WHERE l.loan = $1

-- name: SampleCycles
-- The cycles of a loan by due date. $1 loan. Index: cycle_pkey.
SELECT starts_on - DATE '1970-01-01' AS starts_on, ends_on - DATE '1970-01-01' AS ends_on, due_on - DATE '1970-01-01' AS due_on,
       minimum_due_cents AS minimum_due
FROM cycle WHERE loan = $1 ORDER BY due_on, cycle_no

-- name: SamplePostings
-- The settled postings of a loan up to a day, by day, each with the day of its reversal by then. $1 loan, $2 day.
-- Index: loan_transaction_by_loan, loan_transaction_reversed_once.
SELECT t.type, t.amount_cents AS amount, t.effective_on - DATE '1970-01-01' AS effective_on,
       r.effective_on - DATE '1970-01-01' AS reversed_on
FROM loan_transaction t
LEFT JOIN loan_transaction r ON r.loan = t.loan AND r.reverses = t.transaction_id AND r.type = 'REVERSAL' AND r.state = 'SETTLED'
    AND r.effective_on <= $2
WHERE t.loan = $1 AND t.state = 'SETTLED' AND t.type <> 'REVERSAL' AND t.effective_on <= $2
ORDER BY t.effective_on, t.posted_at, t.transaction_id

-- name: SampleConsumers
-- The customers of a loan by position. $1 loan. Locks nothing. Index: loan_customer_pkey.
SELECT c.customer_id, k.ecoa_code, c.is_business, c.surname, coalesce(c.first_name, '') AS first_name,
       coalesce(c.middle_name, '') AS middle_name, coalesce(c.generation_code, '') AS generation_code, c.ssn, c.date_of_birth,
       coalesce(c.phone, '') AS phone, c.address1, coalesce(c.address2, '') AS address2, c.city, c.state, c.postal_code,
       coalesce(c.country_code, '') AS country_code, coalesce(c.address_indicator, '') AS address_indicator,
       coalesce(c.residence_code, '') AS residence_code, c.removed_on IS NOT NULL AS removed,
       coalesce(c.employer_name, '') <> '' AS employed
FROM loan_customer k JOIN customer c ON c.customer = k.customer
WHERE k.loan = $1 ORDER BY k.position

-- name: SampleBefore
-- What the last file before one told its destination of a loan. $1 destination, $2 loan, $3 calendar date of the file.
-- Index: tradeline_pkey, once for each earlier file of the destination.
SELECT t.as_of - DATE '1970-01-01' AS as_of, t.account_status, t.payment_rating, t.payment_history, t.history_chain,
       t.date_account_info - DATE '1970-01-01' AS date_account_info, t.date_first_delinquency - DATE '1970-01-01' AS date_first_delinquency,
       t.date_closed - DATE '1970-01-01' AS date_closed, t.date_last_payment - DATE '1970-01-01' AS date_last_payment,
       t.current_balance, t.scheduled_payment, t.actual_payment, t.original_charge_off, t.final
FROM bureau_file f JOIN tradeline t ON t.file = f.file AND t.loan = $2
WHERE f.destination = $1 AND f.as_of < $3 AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
ORDER BY f.as_of DESC LIMIT 1

-- name: SampleFiled
-- Files a sheet. $1 file, $2 its hash, $3 seed, $4 accounts asked for, $5 accounts drawn, $6 values compared, $7 that differ, $8 that a
-- person derives, $9 the sheet, $10 its hash, $11 who signs, $12 now.
INSERT INTO sample_sheet (file, file_sha256, seed, asked, drawn, compared, differing, by_hand, sheet, sheet_sha256, who, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING sample

-- name: SampleSheets
-- A page of the sheets, newest first. $1 sheet to begin before, null: at the start; $2 rows. Index: sample_sheet_pkey.
SELECT s.sample, s.file, p.program_id, f.as_of, s.seed, s.asked, s.drawn, s.compared, s.differing, s.by_hand, s.sheet_sha256, s.who, s.at
FROM sample_sheet s JOIN bureau_file f ON f.file = s.file JOIN program p ON p.program = f.program
WHERE CAST($1 AS bigint) IS NULL OR s.sample < CAST($1 AS bigint)
ORDER BY s.sample DESC LIMIT $2

-- name: SampleSheet
-- A sheet as it was signed. $1 sheet. Index: sample_sheet_pkey.
SELECT sheet, sheet_sha256, who, at FROM sample_sheet WHERE sample = $1
