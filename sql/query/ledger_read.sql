-- The facts of a chunk's loans as of a date: settled entries and billing cycles as arrays, one row a loan.
-- A reversal comes as the kind and amount of the entry that it undoes, and both carry the reversal's date.
-- Days are counted from 0001-01-01 = 1.
-- $1 after loan, $2 last loan, $3 as of. Index: loan_transaction_by_loan, cycle_pkey.
WITH reversal AS (
    SELECT r.loan, r.reverses, r.effective_on
    FROM loan_transaction r
    WHERE r.loan > $1 AND r.loan <= $2 AND r.type = 'REVERSAL' AND r.state = 'SETTLED' AND r.effective_on <= $3
), entry AS (
    SELECT t.loan, t.type, t.amount_cents, t.effective_on, 
           CASE WHEN r.loan IS NOT NULL THEN greatest(r.effective_on, t.effective_on) END AS undone_on
    FROM loan_transaction t
    LEFT JOIN reversal r ON r.loan = t.loan AND r.reverses = t.transaction_id
    WHERE t.loan > $1 AND t.loan <= $2 AND t.type <> 'REVERSAL' AND t.state = 'SETTLED' AND t.effective_on <= $3
    UNION ALL
    SELECT o.loan, o.type, -o.amount_cents, greatest(r.effective_on, o.effective_on), greatest(r.effective_on, o.effective_on)
    FROM reversal r
    JOIN loan_transaction o ON o.loan = r.loan AND o.transaction_id = r.reverses
    WHERE o.state = 'SETTLED' AND o.effective_on <= $3
), entries AS (
    SELECT loan, array_agg(type) AS kinds, array_agg(amount_cents) AS amounts,
           array_agg(effective_on - DATE '0001-01-01' + 1) AS effective,
           array_agg(CASE WHEN undone_on IS NULL THEN 0 ELSE undone_on - DATE '0001-01-01' + 1 END) AS undone
    FROM entry GROUP BY loan
), cycles AS (
    SELECT loan, array_agg(cycle_no) AS cycle_nos, array_agg(due_on - DATE '0001-01-01' + 1) AS due,
           array_agg(minimum_due_cents) AS minimum_due
    FROM cycle WHERE loan > $1 AND loan <= $2 AND due_on <= $3 GROUP BY loan
)
SELECT s.loan, e.kinds, e.amounts, e.effective, e.undone, c.cycle_nos, c.due, c.minimum_due,
       c.loan IS NOT NULL OR EXISTS (SELECT FROM cycle x WHERE x.loan = s.loan) AS has_cycles
FROM loan_state s
LEFT JOIN entries e ON e.loan = s.loan
LEFT JOIN cycles c ON c.loan = s.loan
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY s.loan
