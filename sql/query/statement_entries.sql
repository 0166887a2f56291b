-- The settled entries of closed loans in the order of a statement; kind and effect of a reversal are those of
-- the entry that it undoes. $1 loans, $2 up to. Index: loan_transaction_by_loan.
SELECT t.loan, t.transaction_id, t.type, coalesce(o.type, t.type) AS kind,
       CASE WHEN o.loan IS NULL THEN t.amount_cents ELSE -o.amount_cents END AS effect_cents,
       greatest(t.effective_on, o.effective_on) AS effective_on, coalesce(t.reverses, '') AS reverses
FROM loan_transaction t
LEFT JOIN loan_transaction o ON t.type = 'REVERSAL' AND o.loan = t.loan AND o.transaction_id = t.reverses AND o.state = 'SETTLED'
WHERE t.loan = ANY($1) AND t.state = 'SETTLED' AND (t.type <> 'REVERSAL' OR o.loan IS NOT NULL)
  AND greatest(t.effective_on, o.effective_on) <= $2
ORDER BY t.loan, greatest(t.effective_on, o.effective_on), t.posted_at, t.transaction_id
