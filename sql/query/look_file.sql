-- The number of a file by its number, name or path. $1 what was asked for, $2 it as an absolute path.
-- Index: none needed, few rows.
SELECT file FROM bureau_file
WHERE CAST(file AS text) = $1 OR name = $1 OR path = $2
ORDER BY file LIMIT 1
