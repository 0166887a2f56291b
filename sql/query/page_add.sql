-- Pages of encoded records of a file that is being built. $1 file, $2 first loans, $3 first account numbers, $4 records. In
-- FROM the arrays would be kept as tables first.
INSERT INTO file_page (file, loan, first_account, records)
SELECT $1, unnest(CAST($2 AS bigint[])), unnest(CAST($3 AS text[])), unnest(CAST($4 AS text[]))
