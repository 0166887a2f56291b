-- name: PostingFind
-- An entry of a loan, and whether it is reversed; a failed reversal undid nothing. $1 loan, $2 transaction id.
-- Index: loan_transaction_pkey, loan_transaction_reversed_once.
SELECT CAST(t.type AS text), t.amount_cents, t.effective_on, t.state = 'SETTLED',
       EXISTS (SELECT FROM loan_transaction r WHERE r.loan = t.loan AND r.reverses = t.transaction_id AND r.type = 'REVERSAL' AND r.state <> 'FAILED')
FROM loan_transaction t
WHERE t.loan = $1 AND t.transaction_id = $2

-- name: PostingAdd
-- Posts a settled entry, unless some loan has one of that id.
-- $1 loan, $2 transaction id, $3 type, $4 amount, $5 effective date, $6 now, $7 id of what it reverses or null. Index: loan_transaction_pkey.
INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses)
SELECT $1, CAST($2 AS text), CAST($3 AS transaction_type), $4, $5, $6, 'SETTLED', $7
WHERE NOT EXISTS (SELECT FROM loan_transaction WHERE transaction_id = $2)
ON CONFLICT DO NOTHING
