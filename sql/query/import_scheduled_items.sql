-- Merges scheduled items. What we cancelled, a night or a person, has a cancel_reason and stays (SP3). Index: scheduled_item_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.item_id, s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents
    FROM staged_scheduled_items s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE scheduled_item t SET
        schedule_id = s.schedule_id, kind = s.kind, state = s.state, due_at = s.due_at, amount_cents = s.amount_cents
    FROM sent s
    WHERE t.loan = s.loan AND t.item_id = s.item_id AND t.cancel_reason IS NULL
      AND (t.schedule_id, t.kind, t.state, t.due_at, t.amount_cents)
          IS DISTINCT FROM
          (s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents)
    RETURNING 1
), inserted AS (
    INSERT INTO scheduled_item (
        loan, item_id, schedule_id, kind, state, due_at, amount_cents)
    SELECT
        s.loan, s.item_id, s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM scheduled_item t WHERE t.loan = s.loan AND t.item_id = s.item_id)
    ORDER BY s.loan, s.item_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
