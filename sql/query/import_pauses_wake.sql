-- Wakes the loans that get another pause. A packed ledger holds none: the loans have news, and nothing to add.
-- The guard spares a first import, where nothing sleeps, the join. Index: loan_wake_by_date, loan_wake_pkey, pause_pkey.
UPDATE loan_wake w SET wake_on = DATE '0001-01-02'
WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-02')
  AND w.wake_on > DATE '0001-01-02'
  AND w.loan IN (
    SELECT k.loan FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id
    LEFT JOIN pause t ON t.loan = k.loan AND t.from_on = s.from_on
    WHERE t.loan IS NULL OR t.to_on IS DISTINCT FROM s.to_on)
