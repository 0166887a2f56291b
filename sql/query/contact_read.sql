-- Pending items and active schedules of a chunk's loans in a servicing status.
-- $1 after loan, $2 last loan, $3 servicing status. Index: schedule_active, scheduled_item_pending.
SELECT s.loan, s.servicing_status, coalesce(s.stop_reason, '') AS stop_reason, c.id, c.kind, c.schedule
FROM loan_state s
JOIN (SELECT loan, schedule_id AS id, kind, TRUE AS schedule FROM schedule
      WHERE state = 'ACTIVE' AND loan > $1 AND loan <= $2
      UNION ALL
      SELECT loan, item_id, kind, FALSE FROM scheduled_item
      WHERE state = 'PENDING' AND loan > $1 AND loan <= $2) c ON c.loan = s.loan
WHERE s.loan > $1 AND s.loan <= $2 AND s.servicing_status = $3
ORDER BY s.loan, c.schedule DESC, c.kind, c.id
