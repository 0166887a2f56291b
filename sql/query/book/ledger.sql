-- name: PositionRange
-- Packed ledgers of a chunk, NULL where there is none. $1 after loan, $2 last loan. Index: loan_wake_pkey, loan_position_pkey.
SELECT w.loan, p.ledger, w.wake_on = DATE '0001-01-01' AS stale, w.wake_on = DATE '0001-01-02' AS news
FROM loan_wake w LEFT JOIN loan_position p ON p.loan = w.loan AND p.loan > $1 AND p.loan <= $2
WHERE w.loan > $1 AND w.loan <= $2
ORDER BY w.loan

-- name: LedgerRead
-- The whole ledger of loans: settled entries and billing cycles as arrays, one row a loan, whatever their dates.
-- A reversal comes as the kind and amount of the entry that it undoes, and both carry the reversal's date.
-- Days are counted from 0001-01-01 = 1.
-- $1 loan keys; they stand at every table, so that none is read whole. Index: loan_transaction_by_loan, cycle_pkey.
WITH reversal AS MATERIALIZED (
    SELECT r.loan, r.transaction_id, r.reverses, o.type, o.amount_cents, greatest(r.effective_on, o.effective_on) AS undone_on
    FROM loan_transaction r
    JOIN loan_transaction o ON o.loan = r.loan AND o.transaction_id = r.reverses
    WHERE r.loan = ANY($1) AND r.type = 'REVERSAL' AND r.state = 'SETTLED' AND o.state = 'SETTLED'
), entries AS (
    SELECT t.loan, array_agg(coalesce(v.type, t.type)) AS kinds, array_agg(coalesce(-v.amount_cents, t.amount_cents)) AS amounts,
           array_agg(coalesce(v.undone_on, t.effective_on) - DATE '0001-01-01' + 1) AS effective,
           array_agg(coalesce(coalesce(u.undone_on, v.undone_on) - DATE '0001-01-01' + 1, 0)) AS undone
    FROM loan_transaction t
    LEFT JOIN reversal u ON u.loan = t.loan AND u.reverses = t.transaction_id
    LEFT JOIN reversal v ON v.loan = t.loan AND v.transaction_id = t.transaction_id
    WHERE t.loan = ANY($1) AND t.state = 'SETTLED' AND (t.type <> 'REVERSAL' OR v.loan IS NOT NULL)
    GROUP BY t.loan
), cycles AS (
    SELECT loan, array_agg(cycle_no) AS cycle_nos, array_agg(due_on - DATE '0001-01-01' + 1) AS due,
           array_agg(minimum_due_cents) AS minimum_due
    FROM cycle WHERE loan = ANY($1) GROUP BY loan
)
SELECT s.loan, e.kinds, e.amounts, e.effective, e.undone, c.cycle_nos, c.due, c.minimum_due
FROM loan_state s
LEFT JOIN entries e ON e.loan = s.loan
LEFT JOIN cycles c ON c.loan = s.loan
WHERE s.loan = ANY($1)
ORDER BY s.loan

-- name: PositionRead
-- Packed ledgers, NULL where there is none. $1 loan keys. Index: loan_wake_pkey, loan_position_pkey.
SELECT w.loan, p.ledger, w.wake_on = DATE '0001-01-01' AS stale, w.wake_on = DATE '0001-01-02' AS news
FROM loan_wake w LEFT JOIN loan_position p ON p.loan = w.loan AND p.loan = ANY($1)
WHERE w.loan = ANY($1)
ORDER BY w.loan

-- name: PositionPack
-- Writes packed ledgers. $1 loan keys, $2 ledgers. Index: loan_position_pkey.
INSERT INTO loan_position (loan, ledger)
SELECT x.loan, x.ledger FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[])) AS x (loan, ledger)
ON CONFLICT (loan) DO UPDATE SET ledger = excluded.ledger

-- name: NewsEntryTake
-- Takes the entries that the packed ledgers of loans lack. Days are counted from 0001-01-01 = 1.
-- $1 loan keys. Index: news_entry_pkey.
DELETE FROM news_entry WHERE loan = ANY($1)
RETURNING loan, kind, amount_cents, effective_on - DATE '0001-01-01' + 1 AS effective_on

-- name: NewsCycleTake
-- Takes the billing cycles that the packed ledgers of loans lack. Days are counted from 0001-01-01 = 1.
-- $1 loan keys. Index: news_cycle_pkey.
DELETE FROM news_cycle WHERE loan = ANY($1)
RETURNING loan, cycle_no, due_on - DATE '0001-01-01' + 1 AS due_on, minimum_due_cents
