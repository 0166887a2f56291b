-- Wakes the loans that a pause was sent for (loan_position).
-- The guard spares a first import, where nothing sleeps, the join. Index: loan_position_by_wake, loan_position_pkey.
UPDATE loan_position p SET wake_on = DATE '0001-01-01'
WHERE EXISTS (SELECT FROM loan_position WHERE wake_on > DATE '0001-01-01')
  AND p.loan IN (
    SELECT k.loan FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id)
