-- Rejects rows whose reference is not in the book. For all tables: {staging}, its {column}, and the table
-- {known} by its {known_key}.
-- $1 import, $2 file, $3 column that the rejection names.
WITH gone AS (
    DELETE FROM {staging} s
    WHERE s.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {known} k WHERE k.{known_key} = s.{column})
    RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, $2, line, $3, 'key', 'missing reference: neither in the book nor among the good rows of this import'
FROM gone
