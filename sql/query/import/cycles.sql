-- name: ImportCyclesKnown
-- Updates changed billing cycles and takes all that the book holds out of the staging table. Gives the rows inserted and
-- updated. The bound spares a file of new loans a scan of the book. Index: cycle_pkey.
WITH known AS (
    SELECT s.line, t.loan, t.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents,
           (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
               IS DISTINCT FROM (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents) AS changed
    FROM staged_cycles s
    JOIN loan_key k ON k.loan_id = s.loan_id AND k.loan <= (SELECT max(loan) FROM cycle)
    JOIN cycle t ON t.loan = k.loan AND t.cycle_no = s.cycle_no
), gone AS (
    DELETE FROM staged_cycles s USING known n WHERE s.line = n.line
), updated AS (
    UPDATE cycle t SET
        starts_on = n.starts_on, ends_on = n.ends_on, due_on = n.due_on, minimum_due_cents = n.minimum_due_cents
    FROM known n
    WHERE n.changed AND t.loan = n.loan AND t.cycle_no = n.cycle_no
    RETURNING 1
)
SELECT 0 AS inserted, count(*) AS updated FROM updated

-- name: ImportCyclesWake
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

-- name: ImportCycles
-- Adds the new billing cycles.
INSERT INTO cycle (
    loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
SELECT
    k.loan, s.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents
FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id
ORDER BY k.loan, s.cycle_no

-- name: ImportPausesWake
-- Wakes the loans that get another pause. A packed ledger holds none: the loans have news, and nothing to add.
-- The guard spares a first import, where nothing sleeps, the join. Index: loan_wake_by_date, loan_wake_pkey, pause_pkey.
UPDATE loan_wake w SET wake_on = DATE '0001-01-02'
WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-02')
  AND w.wake_on > DATE '0001-01-02'
  AND w.loan IN (
    SELECT k.loan FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id
    LEFT JOIN pause t ON t.loan = k.loan AND t.from_on = s.from_on
    WHERE t.loan IS NULL OR t.to_on IS DISTINCT FROM s.to_on)

-- name: ImportPauses
-- Merges pauses. Index: pause_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.from_on, s.to_on, s.reason
    FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE pause t SET
        to_on = s.to_on, reason = s.reason
    FROM sent s
    WHERE t.loan = s.loan AND t.from_on = s.from_on
      AND (t.to_on, t.reason)
          IS DISTINCT FROM
          (s.to_on, s.reason)
    RETURNING 1
), inserted AS (
    INSERT INTO pause (
        loan, from_on, to_on, reason)
    SELECT
        s.loan, s.from_on, s.to_on, s.reason
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM pause t WHERE t.loan = s.loan AND t.from_on = s.from_on)
    ORDER BY s.loan, s.from_on
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
