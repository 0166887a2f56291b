-- Wakes the loans that a pause was sent for.
-- The guard spares a first import, where nothing sleeps, the join. Index: loan_wake_by_date, loan_wake_pkey.
UPDATE loan_wake w SET wake_on = DATE '0001-01-01'
WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-01')
  AND w.loan IN (
    SELECT k.loan FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id)
