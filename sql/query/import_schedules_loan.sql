-- Rejects rows whose id the book holds under another loan. $1 import. Index: schedule_pkey.
WITH gone AS (
    DELETE FROM staged_schedules s
    USING schedule t JOIN loan_key k ON k.loan = t.loan
    WHERE t.schedule_id = s.schedule_id AND k.loan_id <> s.loan_id
    RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'schedules.csv', line, 'loan_id', 'key', 'the schedule_id is known of another loan'
FROM gone
