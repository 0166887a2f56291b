-- Rejects rows whose id the book holds under another loan. $1 import. Index: scheduled_item_pkey.
WITH gone AS (
    DELETE FROM staged_scheduled_items s
    USING scheduled_item t JOIN loan_key k ON k.loan = t.loan
    WHERE t.item_id = s.item_id AND k.loan_id <> s.loan_id
    RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'scheduled_items.csv', line, 'loan_id', 'key', 'the item_id is known of another loan'
FROM gone
