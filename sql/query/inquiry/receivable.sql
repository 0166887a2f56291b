-- name: InquiryPostings
-- The settled postings of a loan but reversals, each with the date of its reversal, and the loan's state. $1 loan id.
-- Index: loan_key_loan_id_key, loan_state_pkey, loan_transaction_by_loan.
SELECT s.status, s.closed_on, coalesce(t.transaction_id, '') AS transaction_id, coalesce(CAST(t.type AS text), '') AS type,
       coalesce(t.amount_cents, 0) AS amount_cents, t.effective_on, r.effective_on AS reversed_on
FROM loan_key k
JOIN loan_state s ON s.loan = k.loan
LEFT JOIN loan_transaction t ON t.loan = k.loan AND t.state = 'SETTLED' AND t.type <> 'REVERSAL'
LEFT JOIN loan_transaction r ON r.loan = k.loan AND r.reverses = t.transaction_id AND r.type = 'REVERSAL' AND r.state = 'SETTLED'
WHERE k.loan_id = $1
ORDER BY t.effective_on, t.transaction_id COLLATE "C"
