-- One loan: its key, what the lender says of it, and its two states. $1 loan id. Index: loan_key_loan_id_key.
SELECT k.loan, l.loan_id, l.account_number, p.product_id, g.program_id, l.opened_on, l.furnish, l.hold_until,
       l.last_reported_on, l.deletion_reported_on, s.status, s.status_since, s.status_cause, s.closed_on, s.episode,
       s.charged_off_on, s.charge_off_cents, s.servicing_status, nullif(s.stop_reason, '') AS stop_reason,
       t.terminated_on, t.source AS termination_source, t.reason AS termination_reason, t.report_as_deleted
FROM loan_key k
JOIN loan l ON l.loan = k.loan
JOIN loan_state s ON s.loan = k.loan
JOIN product p ON p.product = l.product
JOIN program g ON g.program = l.program
LEFT JOIN termination t ON t.loan = k.loan
WHERE k.loan_id = $1
