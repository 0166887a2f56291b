-- name: ContactRead
-- Pending items and active schedules of loans. $1 loan keys. Index: schedule_active, scheduled_item_pending.
SELECT s.loan, s.servicing_status, coalesce(s.stop_reason, '') AS stop_reason, c.id, c.kind, c.schedule, c.required
FROM loan_state s
JOIN (SELECT loan, schedule_id AS id, kind, TRUE AS schedule, FALSE AS required FROM schedule WHERE state = 'ACTIVE' AND loan = ANY($1)
      UNION ALL
      SELECT loan, item_id, kind, FALSE, required_notice FROM scheduled_item WHERE state = 'PENDING' AND loan = ANY($1)) c ON c.loan = s.loan
WHERE s.loan = ANY($1)
ORDER BY s.loan, c.schedule DESC, c.kind, c.id

-- name: ScheduleCancel
-- Cancels active schedules (SP1 to SP3) and returns those that it did cancel. $1 run, $2 operation, one of them null, $3 business date,
-- $4 rows as JSON. Index: schedule_pkey.
UPDATE schedule s SET state = 'CANCELLED', cancelled_on = $3, cancelled_run = $1, cancelled_operation = $2, cancel_reason = x.reason
FROM json_to_recordset($4) AS x (loan bigint, id text, reason text, counted text)
WHERE s.schedule_id = x.id AND s.loan = x.loan AND s.state = 'ACTIVE'
RETURNING s.loan, x.counted

-- name: ItemCancel
-- Cancels pending items (SP1 to SP3) and returns those that it did cancel. $1 run, $2 operation, one of them null, $3 business date,
-- $4 rows as JSON. Index: scheduled_item_pkey.
UPDATE scheduled_item s SET state = 'CANCELLED', cancelled_on = $3, cancelled_run = $1, cancelled_operation = $2, cancel_reason = x.reason
FROM json_to_recordset($4) AS x (loan bigint, id text, reason text, counted text)
WHERE s.item_id = x.id AND s.loan = x.loan AND s.state = 'PENDING'
RETURNING s.loan, x.counted
