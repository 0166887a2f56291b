-- The rows of one file that an import did not take. $1 import, $2 file, $3 at most so many. Index: import_reject_pkey.
SELECT file, line, column_name, value_class, reason FROM import_reject WHERE import = $1 AND file = $2 ORDER BY line LIMIT $3
