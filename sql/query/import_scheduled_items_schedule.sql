-- Rejects items whose schedule is not one of the same loan. $1 import. Index: schedule_pkey.
WITH gone AS (
    DELETE FROM staged_scheduled_items s
    WHERE s.schedule_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM schedule t JOIN loan_key k ON k.loan = t.loan
                      WHERE t.schedule_id = s.schedule_id AND k.loan_id = s.loan_id)
    RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'scheduled_items.csv', line, 'schedule_id', 'key', 'missing reference: the loan has no such schedule'
FROM gone
