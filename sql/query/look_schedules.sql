-- A loan's schedules. $1 loan. Index: none by loan but for active ones; asked for one loan at a time.
SELECT schedule_id, kind, state, cancelled_on, cancelled_run, cancel_reason
FROM schedule WHERE loan = $1
ORDER BY schedule_id COLLATE "C"
