-- Rejects cases whose external id another case has, in the book or earlier in the file.
-- $1 import. Index: case_file_by_external_id.
WITH in_book AS (
    SELECT s.ctid AS place
    FROM staged_cases s JOIN case_file t ON t.external_id = s.external_id AND t.case_id <> s.case_id
), in_file AS (
    SELECT ctid AS place, row_number() OVER (PARTITION BY external_id ORDER BY line) AS nth
    FROM staged_cases
    WHERE external_id IS NOT NULL AND ctid NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_cases
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'cases.csv', line, 'external_id', 'key', 'another case has this external id'
FROM gone
