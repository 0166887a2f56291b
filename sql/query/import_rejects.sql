-- The rows that an import did not take, by file and line.
-- $1 import, $2 at most so many, $3 the files in their order. Index: import_reject_pkey.
SELECT file, line, column_name, value_class, reason
FROM import_reject
WHERE import = $1
ORDER BY array_position($3::text[], file), line
LIMIT $2
