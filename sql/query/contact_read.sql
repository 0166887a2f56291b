-- Pending items and active schedules of loans. $1 loan keys. Index: schedule_active, scheduled_item_pending.
SELECT s.loan, s.servicing_status, coalesce(s.stop_reason, '') AS stop_reason, c.id, c.kind, c.schedule
FROM loan_state s
JOIN (SELECT loan, schedule_id AS id, kind, TRUE AS schedule FROM schedule WHERE state = 'ACTIVE' AND loan = ANY($1)
      UNION ALL
      SELECT loan, item_id, kind, FALSE FROM scheduled_item WHERE state = 'PENDING' AND loan = ANY($1)) c ON c.loan = s.loan
WHERE s.loan = ANY($1)
ORDER BY s.loan, c.schedule DESC, c.kind, c.id
