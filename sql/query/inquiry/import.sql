-- name: InquiryImports
-- A page of the imports, newest first. $1 import to begin before, null: at the start; $2 rows. Index: import_pkey, import_file_pkey.
SELECT i.import, i.directory, i.started_at, i.finished_at, coalesce(f.files, 0) AS files, coalesce(f.rows, 0) AS rows,
       coalesce(f.inserted, 0) AS inserted, coalesce(f.updated, 0) AS updated, coalesce(f.unchanged, 0) AS unchanged,
       coalesce(f.rejected, 0) AS rejected
FROM import i
LEFT JOIN LATERAL (
    SELECT count(*) AS files, CAST(sum(n.rows) AS bigint) AS rows, CAST(sum(n.inserted) AS bigint) AS inserted,
           CAST(sum(n.updated) AS bigint) AS updated, CAST(sum(n.unchanged) AS bigint) AS unchanged,
           CAST(sum(n.rejected) AS bigint) AS rejected
    FROM import_file n WHERE n.import = i.import) f ON TRUE
WHERE CAST($1 AS bigint) IS NULL OR i.import < CAST($1 AS bigint)
ORDER BY i.import DESC LIMIT $2

-- name: InquiryImportFiles
-- What became of the files of an import. $1 import. Index: import_file_pkey.
SELECT file, rows, inserted, updated, unchanged, rejected FROM import_file WHERE import = $1 ORDER BY file COLLATE "C"

-- name: InquiryRejects
-- A page of the rows that an import did not take. $1 import, $2 file and $3 line to begin after, $4 rows. Index: import_reject_pkey.
SELECT file, line, column_name, value_class, reason FROM import_reject
WHERE import = $1 AND (file, line) > ($2, $3)
ORDER BY file, line LIMIT $4
