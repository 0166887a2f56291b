-- name: PageAdd
-- Pages of encoded records of a file that is being built. $1 file, $2 first loans, $3 first account numbers, $4 records. In
-- FROM the arrays would be kept as tables first.
INSERT INTO file_page (file, loan, first_account, records)
SELECT $1, unnest(CAST($2 AS bigint[])), unnest(CAST($3 AS text[])), unnest(CAST($4 AS text[]))

-- name: PageRead
-- The pages of a file by their first account number. $1 file. The keys are sorted, the pages fetched one by one.
SELECT p.first_account, p.records
FROM (SELECT loan, first_account FROM file_page WHERE file = $1 ORDER BY first_account, loan) k
JOIN file_page p ON p.file = $1 AND p.loan = k.loan
ORDER BY k.first_account, k.loan

-- name: PageForget
-- A file has its name: its records are on disk. $1 file.
DELETE FROM file_page WHERE file = $1
