-- Wakes the loans that get another billing cycle.
-- The guard spares a first import, where nothing sleeps, the join. Index: loan_wake_by_date, loan_wake_pkey, cycle_pkey.
UPDATE loan_wake w SET wake_on = DATE '0001-01-01'
WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-01')
  AND w.loan IN (
    SELECT k.loan FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id
    LEFT JOIN cycle t ON t.loan = k.loan AND t.cycle_no = s.cycle_no
    WHERE (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
          IS DISTINCT FROM
          (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents))
