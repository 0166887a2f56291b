-- What each file said of a loan, newest last. $1 loan. Index: reported_pkey.
SELECT r.file, f.name AS file_name, f.state AS file_state, r.as_of, r.account_number, r.account_status, r.payment_rating,
       r.payment_history, r.date_account_info, r.date_first_delinquency, r.first_missed_due_on, r.date_closed,
       r.date_last_payment, r.current_balance, r.amount_past_due, r.scheduled_payment, r.actual_payment,
       r.original_charge_off, r.special_comment, r.final, r.episode, r.rule, r.facts
FROM reported r JOIN bureau_file f ON f.file = r.file
WHERE r.loan = $1
ORDER BY r.as_of, r.file
