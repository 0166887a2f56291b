-- name: CaseChangeAdd
-- What cases changed of what a file says. A change that is known keeps its first file, unless that one does not count; that a case
-- cannot be applied is of the last file. In the order of the key, because a person may mark changes at the same time.
-- $1 file, $2 rows as JSON. Index: case_change_pkey, bureau_file_pkey.
INSERT INTO case_change AS c (case_id, loan, change, rule, value, file)
SELECT x.case_id, x.loan, x.change, x.rule, x.value, $1
FROM json_to_recordset($2) AS x (case_id text, loan bigint, change text, rule text, value text)
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (case_id, loan, change, rule, value) DO UPDATE SET file = excluded.file
WHERE c.change = 'not_applied'
   OR NOT EXISTS (SELECT FROM bureau_file f WHERE f.file = c.file AND f.state NOT IN ('VOIDED', 'REJECTED'))
