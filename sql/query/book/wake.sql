-- name: WakeMissing
-- Wakes loans that came in by another door than the import. $1 last loan key of the book.
-- Index: loan_state_pkey, loan_wake_pkey; two counts where none is missing.
INSERT INTO loan_wake (loan, wake_on)
SELECT s.loan, DATE '0001-01-01' FROM loan_state s
WHERE s.loan <= $1 AND (SELECT count(*) FROM loan_wake) < (SELECT count(*) FROM loan_state)
  AND NOT EXISTS (SELECT FROM loan_wake w WHERE w.loan = s.loan)
ORDER BY s.loan

-- name: WakeAnalyze
-- An import or a night changes most of these dates at once: the night is planned by how they are, not by how they were.
ANALYZE loan_wake (wake_on)

-- name: WakeStale
-- Wakes loans: the next night makes their ledgers anew and looks at them. $1 loan keys. Index: loan_wake_pkey.
UPDATE loan_wake SET wake_on = DATE '0001-01-01' WHERE loan = ANY($1)

-- name: WakeFresh
-- Loans whose packed ledger is right, and which stay awake. $1 loan keys. Index: loan_wake_pkey.
UPDATE loan_wake SET wake_on = DATE '0001-01-03' WHERE loan = ANY($1)

-- name: WakeSet
-- When loans are looked at again, but for those that an import woke since step 1: the next night looks at them.
-- $1 loan keys, $2 dates. Index: loan_wake_pkey.
UPDATE loan_wake w SET wake_on = x.wake_on
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS date[])) AS x (loan, wake_on)
WHERE w.loan = x.loan AND w.loan = ANY($1) AND w.wake_on <> x.wake_on AND w.wake_on >= DATE '0001-01-03'
