-- Rejects cases whose external id another case has, in the book or earlier in the file.
-- $1 import. Index: case_file_by_external_id.
WITH taken AS (
    SELECT s.line, s.external_id,
           EXISTS (SELECT FROM case_file t WHERE t.external_id = s.external_id AND t.case_id <> s.case_id) AS in_book
    FROM staged_cases s WHERE s.external_id IS NOT NULL
), bad AS (
    SELECT line FROM taken WHERE in_book
    UNION ALL
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY external_id ORDER BY line) AS nth FROM taken WHERE NOT in_book
    ) t WHERE nth > 1
), gone AS (
    DELETE FROM staged_cases s USING bad WHERE s.line = bad.line RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'cases.csv', line, 'external_id', 'key', 'another case has this external id'
FROM gone
