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

-- name: ImportCyclesNews
-- The loans with a packed row that get another billing cycle, and their new cycles; a known cycle that comes as another one
-- changes what is packed. Days are counted from 0001-01-01 = 1. The guard spares a first import the joins.
-- Index: loan_wake_by_date, loan_wake_pkey, cycle_pkey.
DECLARE news NO SCROLL CURSOR FOR
SELECT w.loan, bool_or(t.loan IS NOT NULL) AS changes,
       array_agg(s.cycle_no) AS numbers, array_agg(s.minimum_due_cents) AS amounts,
       array_agg(s.due_on - DATE '0001-01-01' + 1) AS days, array_agg(s.starts_on - DATE '0001-01-01' + 1) AS starts,
       array_agg(s.ends_on - DATE '0001-01-01' + 1) AS ends
FROM staged_cycles s
JOIN loan_key k ON k.loan_id = s.loan_id
JOIN loan_wake w ON w.loan = k.loan AND w.state <> 'STALE'
LEFT JOIN cycle t ON t.loan = k.loan AND t.cycle_no = s.cycle_no
WHERE EXISTS (SELECT FROM loan_wake WHERE state <> 'STALE')
  AND (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
      IS DISTINCT FROM
      (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents)
GROUP BY w.loan
ORDER BY w.loan

-- name: ImportCycles
-- Adds the new billing cycles.
INSERT INTO cycle (
    loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
SELECT
    k.loan, s.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents
FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id

-- name: ImportPauses
-- Merges pauses. Index: pause_pkey.
-- Wakes the loans that they are news of. Gives the rows inserted and updated.
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
    RETURNING t.loan
), inserted AS (
    INSERT INTO pause (
        loan, from_on, to_on, reason)
    SELECT
        s.loan, s.from_on, s.to_on, s.reason
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM pause t WHERE t.loan = s.loan AND t.from_on = s.from_on)
    ORDER BY s.loan, s.from_on
    RETURNING loan
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'pauses')
    FROM (SELECT loan FROM updated UNION ALL SELECT loan FROM inserted) u JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w
