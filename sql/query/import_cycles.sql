-- Merges billing cycles. Index: cycle_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents
    FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE cycle t SET
        starts_on = s.starts_on, ends_on = s.ends_on, due_on = s.due_on, minimum_due_cents = s.minimum_due_cents
    FROM sent s
    WHERE t.loan = s.loan AND t.cycle_no = s.cycle_no
      AND (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
          IS DISTINCT FROM
          (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents)
    RETURNING 1
), inserted AS (
    INSERT INTO cycle (
        loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
    SELECT
        s.loan, s.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM cycle t WHERE t.loan = s.loan AND t.cycle_no = s.cycle_no)
    ORDER BY s.loan, s.cycle_no
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
