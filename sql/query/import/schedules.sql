-- name: ImportScheduledItems
-- Merges scheduled items. What we cancelled, a night or a person, has a cancel_reason and stays (SP3); only when its payer was
-- told of it may still come (Q81), which wakes the loan. Index: scheduled_item_pkey. Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.item_id, s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents, s.required_notice, s.payer_told_on
    FROM staged_scheduled_items s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE scheduled_item t SET
        schedule_id = s.schedule_id, kind = s.kind, state = s.state, due_at = s.due_at, amount_cents = s.amount_cents,
        required_notice = s.required_notice, payer_told_on = s.payer_told_on
    FROM sent s
    WHERE t.loan = s.loan AND t.item_id = s.item_id AND t.cancel_reason IS NULL
      AND (t.schedule_id, t.kind, t.state, t.due_at, t.amount_cents, t.required_notice, t.payer_told_on)
          IS DISTINCT FROM
          (s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents, s.required_notice, s.payer_told_on)
    RETURNING 1
), told AS (
    UPDATE scheduled_item t SET payer_told_on = s.payer_told_on
    FROM sent s
    WHERE t.loan = s.loan AND t.item_id = s.item_id AND t.cancel_reason IS NOT NULL AND t.payer_told_on IS DISTINCT FROM s.payer_told_on
    RETURNING t.loan
), woken AS (
    SELECT wake(array_agg(DISTINCT loan), 'payments cancelled') FROM told
), inserted AS (
    INSERT INTO scheduled_item (
        loan, item_id, schedule_id, kind, state, due_at, amount_cents, required_notice, payer_told_on)
    SELECT
        s.loan, s.item_id, s.schedule_id, s.kind, s.state, s.due_at, s.amount_cents, s.required_notice, s.payer_told_on
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM scheduled_item t WHERE t.loan = s.loan AND t.item_id = s.item_id)
    ORDER BY s.loan, s.item_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) + (SELECT count(*) FROM told) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportScheduledItemsLoan
-- Rejects rows whose id the book holds under another loan. $1 import, $2 room for rejects. Index: scheduled_item_pkey.
WITH gone AS (
    DELETE FROM staged_scheduled_items s
    USING scheduled_item t JOIN loan_key k ON k.loan = t.loan
    WHERE t.item_id = s.item_id AND k.loan_id <> s.loan_id
    RETURNING s.line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'scheduled_items.csv', line, 'loan_id', 'key', 'the item_id is known of another loan'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportScheduledItemsSchedule
-- Rejects items whose schedule is not one of the same loan. $1 import, $2 room for rejects. Index: schedule_pkey.
WITH gone AS (
    DELETE FROM staged_scheduled_items s
    WHERE s.schedule_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM schedule t JOIN loan_key k ON k.loan = t.loan
                      WHERE t.schedule_id = s.schedule_id AND k.loan_id = s.loan_id)
    RETURNING s.line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'scheduled_items.csv', line, 'schedule_id', 'key', 'missing reference: the loan has no such schedule'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportSchedules
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

-- name: ImportSchedulesLoan
-- Rejects rows whose id the book holds under another loan. $1 import, $2 room for rejects. Index: schedule_pkey.
WITH gone AS (
    DELETE FROM staged_schedules s
    USING schedule t JOIN loan_key k ON k.loan = t.loan
    WHERE t.schedule_id = s.schedule_id AND k.loan_id <> s.loan_id
    RETURNING s.line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'schedules.csv', line, 'loan_id', 'key', 'the schedule_id is known of another loan'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone
