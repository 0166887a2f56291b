-- The facts of a chunk's loans as of a date: settled entries and billing cycles as arrays, one row a loan.
-- A reversal comes as the kind and amount of the entry that it undoes, and both carry the reversal's date.
-- Days are counted from 0001-01-01 = 1.
-- $1 after loan, $2 last loan, $3 as of. Index: loan_transaction_by_loan, cycle_pkey.
WITH reversal AS MATERIALIZED (
    SELECT r.loan, r.transaction_id, r.reverses, o.type, o.amount_cents, greatest(r.effective_on, o.effective_on) AS undone_on
    FROM loan_transaction r
    JOIN loan_transaction o ON o.loan = r.loan AND o.transaction_id = r.reverses
    WHERE r.loan > $1 AND r.loan <= $2 AND r.type = 'REVERSAL' AND r.state = 'SETTLED' AND r.effective_on <= $3
      AND o.state = 'SETTLED' AND o.effective_on <= $3
), entries AS (
    SELECT t.loan, array_agg(coalesce(v.type, t.type)) AS kinds, array_agg(coalesce(-v.amount_cents, t.amount_cents)) AS amounts,
           array_agg(coalesce(v.undone_on, t.effective_on) - DATE '0001-01-01' + 1) AS effective,
           array_agg(coalesce(coalesce(u.undone_on, v.undone_on) - DATE '0001-01-01' + 1, 0)) AS undone
    FROM loan_transaction t
    LEFT JOIN reversal u ON u.loan = t.loan AND u.reverses = t.transaction_id
    LEFT JOIN reversal v ON v.loan = t.loan AND v.transaction_id = t.transaction_id
    WHERE t.loan > $1 AND t.loan <= $2 AND t.state = 'SETTLED' AND t.effective_on <= $3
      AND (t.type <> 'REVERSAL' OR v.loan IS NOT NULL)
    GROUP BY t.loan
), cycles AS (
    SELECT loan, array_agg(cycle_no) AS cycle_nos, array_agg(due_on - DATE '0001-01-01' + 1) AS due,
           array_agg(minimum_due_cents) AS minimum_due
    FROM cycle WHERE loan > $1 AND loan <= $2 AND due_on <= $3 GROUP BY loan
)
SELECT s.loan, e.kinds, e.amounts, e.effective, e.undone, c.cycle_nos, c.due, c.minimum_due,
       c.loan IS NOT NULL OR EXISTS (SELECT FROM cycle x WHERE x.loan = s.loan AND x.loan > $1 AND x.loan <= $2) AS has_cycles
FROM loan_state s
LEFT JOIN entries e ON e.loan = s.loan
LEFT JOIN cycles c ON c.loan = s.loan
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY s.loan
