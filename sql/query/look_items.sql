-- A loan's scheduled items. $1 loan. Index: none by loan but for pending ones; asked for one loan at a time.
SELECT item_id, schedule_id, kind, state, due_at, amount_cents, cancelled_on, cancelled_run, cancel_reason
FROM scheduled_item WHERE loan = $1
ORDER BY due_at, item_id COLLATE "C"
