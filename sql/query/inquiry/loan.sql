-- name: InquiryLoans
-- A page of loans' states, in the order of the book. $1 loan to begin after; what is wanted, empty for all: $2 status, its level or
-- its sub-status, $3 servicing status, $4 program id, $5 product id; $6 rows. Index: loan_state_pkey; few that are wanted read many.
SELECT l.loan_id, l.account_number, s.status, s.status_since, s.closed_on, s.servicing_status,
       nullif(s.stop_reason, '') AS stop_reason
FROM loan_state s JOIN loan l ON l.loan = s.loan
WHERE s.loan > $1
  AND ($2 = '' OR s.status = $2 OR split_part(s.status, '::', 1) = $2 OR split_part(s.status, '::', 2) = $2)
  AND ($3 = '' OR s.servicing_status = $3)
  AND ($4 = '' OR l.program = (SELECT g.program FROM program g WHERE g.program_id = $4))
  AND ($5 = '' OR l.product = (SELECT p.product FROM product p WHERE p.product_id = $5))
ORDER BY s.loan LIMIT $6

-- name: InquiryLoanKey
-- The key of a loan. $1 loan id. Index: loan_key_loan_id_key.
SELECT loan FROM loan_key WHERE loan_id = $1

-- name: InquiryLoan
-- One loan: its key, what the lender says of it, and its two states. Six joins were planned for a millisecond, with every question.
-- $1 loan id. Index: loan_key_loan_id_key, loan_pkey, loan_state_pkey, termination_pkey.
SELECT l.loan, l.loan_id, l.account_number, (SELECT p.product_id FROM product p WHERE p.product = l.product) AS product_id,
       (SELECT g.program_id FROM program g WHERE g.program = l.program) AS program_id, l.opened_on, l.furnish, l.hold_until,
       l.last_reported_on, l.deletion_reported_on, s.status, s.status_since, s.status_cause, s.closed_on, s.episode,
       s.charged_off_on, s.charge_off_cents, s.servicing_status, nullif(s.stop_reason, '') AS stop_reason,
       t.terminated_on, t.source AS termination_source, t.reason AS termination_reason, t.report_as_deleted
FROM loan l
JOIN loan_state s ON s.loan = l.loan
LEFT JOIN termination t ON t.loan = l.loan
WHERE l.loan = (SELECT k.loan FROM loan_key k WHERE k.loan_id = $1)

-- name: InquiryHistory
-- Every change of a loan's two states, in order. $1 loan. Index: status_history_pkey.
SELECT seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, operation, who, why, facts
FROM status_history WHERE loan = $1
ORDER BY seq

-- name: InquiryStatements
-- A loan's final statements. $1 loan. Index: statement_pkey.
SELECT episode, run, business_date, status, closed_on, cycle_no, starts_on, ends_on, opening_balance_cents,
       closing_balance_cents, document
FROM statement WHERE loan = $1
ORDER BY episode

-- name: InquirySchedules
-- A loan's schedules. $1 loan. Index: none by loan but for active ones; asked for one loan at a time.
SELECT schedule_id, kind, state, cancelled_on, cancelled_run, cancelled_operation, cancel_reason
FROM schedule WHERE loan = $1
ORDER BY schedule_id COLLATE "C"

-- name: InquiryItems
-- A loan's scheduled items. $1 loan. Index: none by loan but for pending ones; asked for one loan at a time.
SELECT item_id, schedule_id, kind, state, due_at, amount_cents, cancelled_on, cancelled_run, cancelled_operation, cancel_reason
FROM scheduled_item WHERE loan = $1
ORDER BY due_at, item_id COLLATE "C"

-- name: InquiryTradelines
-- What each file said of a loan, newest last, and whether a bureau refused that record. $1 loan.
-- Index: tradeline_pkey, once a file, answer_pkey.
SELECT r.file, f.name AS file_name, f.state AS file_state, d.name AS destination, f.destination AS sent, f.program, r.as_of,
       EXISTS (SELECT FROM answer a WHERE a.file = r.file AND a.loan = $1 AND a.outcome = 'REFUSED') AS refused,
       r.account_number, r.account_status, r.payment_rating,
       r.payment_history, r.date_account_info, r.date_first_delinquency, r.first_missed_due_on, r.date_closed,
       r.date_last_payment, r.current_balance, r.amount_past_due, r.scheduled_payment, r.actual_payment,
       r.original_charge_off, r.special_comment, r.compliance_code, r.segments, r.consumers, r.final, r.episode, r.rule, r.facts
FROM bureau_file f JOIN tradeline r ON r.file = f.file
JOIN destination d ON d.destination = f.destination
WHERE r.loan = $1
ORDER BY r.as_of, r.file

-- name: InquiryExcluded
-- The files that left a loan out, and why, newest last. $1 loan. Index: excluded_pkey, once a file.
SELECT x.file, f.name AS file_name, f.state AS file_state, d.name AS destination, f.as_of, x.reason, x.rule, x.detail
FROM excluded x JOIN bureau_file f ON f.file = x.file
JOIN destination d ON d.destination = f.destination
WHERE x.loan = $1
ORDER BY f.as_of, x.file

-- name: InquiryDeletions
-- The deletions of a loan that files carried, newest last. $1 loan. Index: deletion_by_loan.
SELECT x.file, f.name AS file_name, f.state AS file_state, d.name AS destination, f.as_of, x.code, x.date_closed, x.live
FROM deletion x
JOIN bureau_file f ON f.file = x.file
JOIN destination d ON d.destination = x.destination
WHERE x.loan = $1
ORDER BY f.as_of, x.file

-- name: InquiryExceptions
-- When a loan was quarantined. $1 loan. Index: run_exception_open for open ones; asked for one loan at a time.
SELECT e.run, r.business_date, e.step, e.code, e.detail, e.first_run, e.resolved_run
FROM run_exception e JOIN run r ON r.run = e.run
WHERE e.loan = $1
ORDER BY e.run, e.step, e.code

-- name: InquiryOperations
-- What people and systems did to a loan between nights, newest last. $1 loan. Index: operation_by_loan.
SELECT operation, kind, at, business_date, who, why, result
FROM operation WHERE loans @> ARRAY[CAST($1 AS bigint)]
ORDER BY operation

-- name: InquiryLoanByAccount
-- The loans of an account number. $1 account number. Index: loan_by_account, once a program.
SELECT l.loan_id
FROM program p JOIN loan l ON l.program = p.program AND upper(l.account_number) = upper($1)
ORDER BY l.loan LIMIT 2

-- name: InquiryReopened
-- A page of the loans that were closed and are open again, in the order of the book, each with its last reopening, and whether
-- schedules were cancelled that do not come back (SP8). $1 loan to begin after, $2 rows.
-- Index: loan_state_pkey, status_history_pkey, schedule_cancelled.
SELECT l.loan_id, l.account_number, s.status, h.effective_on, h.from_status, h.cause, h.rule, h.run, h.operation, s.servicing_status,
       nullif(s.stop_reason, '') AS stop_reason,
       EXISTS (SELECT FROM schedule x WHERE x.loan = s.loan AND x.cancel_reason IS NOT NULL) AS cancelled
FROM loan_state s
JOIN loan l ON l.loan = s.loan
CROSS JOIN LATERAL (
    SELECT * FROM status_history h
    WHERE h.loan = s.loan AND h.state = 'ACCOUNT' AND h.from_status LIKE 'CLOSED::%' AND h.to_status NOT LIKE 'CLOSED::%'
    ORDER BY h.seq DESC LIMIT 1) h
WHERE s.loan > $1 AND s.status NOT LIKE 'CLOSED::%' AND s.episode > 0
ORDER BY s.loan LIMIT $2

-- name: InquiryWaiting
-- A page of the deletions that wait (DC3, Q72): of the last file that counts of each destination that has not ended, by file and
-- loan, and since which file each waits. $1 file and $2 loan to begin after, $3 reason of exclusion, $4 rows. Index: excluded_pkey, once a file.
WITH last AS (
    SELECT DISTINCT ON (f.destination) f.file, f.destination, f.as_of
    FROM bureau_file f WHERE f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    ORDER BY f.destination, f.file DESC
), page AS (
    SELECT n.file, n.destination, d.name, n.as_of, x.loan, x.detail
    FROM last n
    JOIN destination d ON d.destination = n.destination
        AND (d.ends_on IS NULL OR d.ends_on >= (SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED'))
    JOIN excluded x ON x.file = n.file AND x.reason = $3
    WHERE (n.file, x.loan) > ($1, $2)
    ORDER BY n.file, x.loan LIMIT $4
)
SELECT p.file, p.name AS destination, p.loan, l.loan_id, l.account_number, p.as_of, p.detail, t.terminated_on,
       (SELECT min(f.as_of) FROM bureau_file f JOIN excluded e ON e.file = f.file AND e.loan = p.loan AND e.reason = $3
        WHERE f.destination = p.destination AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')) AS since
FROM page p JOIN loan l ON l.loan = p.loan LEFT JOIN termination t ON t.loan = p.loan
ORDER BY p.file, p.loan

-- name: InquiryLoanIDs
-- The first loan ids from one on. $1 the one, $2 rows. Index: loan_key_loan_id_key.
SELECT loan_id FROM loan_key WHERE loan_id >= $1 ORDER BY loan_id LIMIT $2
