-- Wakes the loans that get another billing cycle, and keeps what the packed ledger of each lacks from then on: where a
-- cycle changes, the ledger is made anew.
-- The guard spares a first import, where nothing sleeps, the joins. Index: loan_wake_by_date, loan_wake_pkey, cycle_pkey.
WITH sent AS (
    SELECT k.loan, s.cycle_no, s.due_on, s.minimum_due_cents, t.loan IS NULL AS is_new
    FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id
    LEFT JOIN cycle t ON t.loan = k.loan AND t.cycle_no = s.cycle_no
    WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-01')
      AND (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
          IS DISTINCT FROM
          (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents)
), woken AS (
    UPDATE loan_wake w SET wake_on = CASE WHEN x.all_new THEN DATE '0001-01-02' ELSE DATE '0001-01-01' END
    FROM (SELECT loan, bool_and(is_new) AS all_new FROM sent GROUP BY loan) x
    WHERE w.loan = x.loan AND w.wake_on > DATE '0001-01-01'
    RETURNING w.loan, w.wake_on
)
INSERT INTO news_cycle (loan, cycle_no, due_on, minimum_due_cents)
SELECT s.loan, s.cycle_no, s.due_on, s.minimum_due_cents
FROM sent s JOIN woken w ON w.loan = s.loan
WHERE w.wake_on = DATE '0001-01-02'
