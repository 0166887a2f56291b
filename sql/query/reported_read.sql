-- The last report of each loan of a chunk in files that count, and of a closed loan the last three, newest first. Dates
-- come as days, 0001-01-01 = 1.
-- $1 after loan, $2 last loan. Index: reported_pkey. The files that do not count are listed, not joined: they are few,
-- and a loan's reports are found without asking each file ever written.
SELECT r.loan, r.as_of - DATE '0001-01-01' + 1 AS as_of, r.account_status, r.payment_rating, r.payment_history,
       r.history_chain, r.history_character, r.date_account_info - DATE '0001-01-01' + 1 AS date_account_info,
       r.date_first_delinquency - DATE '0001-01-01' + 1 AS date_first_delinquency,
       r.first_missed_due_on - DATE '0001-01-01' + 1 AS first_missed_due_on, r.date_closed - DATE '0001-01-01' + 1 AS date_closed,
       r.date_last_payment - DATE '0001-01-01' + 1 AS date_last_payment, r.current_balance, r.amount_past_due,
       r.scheduled_payment, r.actual_payment, r.original_charge_off, r.special_comment, r.final, r.episode
FROM loan_state s
CROSS JOIN LATERAL (
    SELECT r.* FROM reported r
    WHERE r.loan = s.loan AND r.file <> ALL (ARRAY(SELECT f.file FROM bureau_file f WHERE f.state IN ('VOIDED', 'REJECTED')))
    ORDER BY r.file DESC LIMIT CASE WHEN s.closed_on IS NULL THEN 1 ELSE 3 END) r
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY r.loan, r.as_of DESC
