-- Merges schedules. What we cancelled, a night or a person, has a cancel_reason and stays (SP3). Index: schedule_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.schedule_id, s.kind, s.state
    FROM staged_schedules s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE schedule t SET
        kind = s.kind, state = s.state
    FROM sent s
    WHERE t.loan = s.loan AND t.schedule_id = s.schedule_id AND t.cancel_reason IS NULL
      AND (t.kind, t.state)
          IS DISTINCT FROM
          (s.kind, s.state)
    RETURNING 1
), inserted AS (
    INSERT INTO schedule (
        loan, schedule_id, kind, state)
    SELECT
        s.loan, s.schedule_id, s.kind, s.state
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM schedule t WHERE t.loan = s.loan AND t.schedule_id = s.schedule_id)
    ORDER BY s.loan, s.schedule_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
