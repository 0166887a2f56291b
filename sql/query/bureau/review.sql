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

-- name: CaseChangeMove
-- A file does not count: what a file of the same program and date told at another destination is of that one. $1 file.
-- Index: case_change_pkey, tradeline_pkey, excluded_pkey; few rows that no person needs twice.
UPDATE case_change c SET file = x.file
FROM (
    SELECT n.case_id, n.loan, n.change, n.rule, n.value, min(o.file) AS file
    FROM case_change n
    JOIN bureau_file f ON f.file = n.file
    JOIN bureau_file o ON o.program = f.program AND o.as_of = f.as_of AND o.file <> f.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    WHERE f.file = $1
      AND (EXISTS (SELECT FROM tradeline t WHERE t.file = o.file AND t.loan = n.loan)
           OR n.change = 'left_out' AND EXISTS (SELECT FROM excluded e WHERE e.file = o.file AND e.loan = n.loan))
    GROUP BY 1, 2, 3, 4, 5) x
WHERE (c.case_id, c.loan, c.change, c.rule, c.value) = (x.case_id, x.loan, x.change, x.rule, x.value)
