-- Pages of encoded records of a file that is being built. $1 file, $2 first loans, $3 first account numbers, $4 records.
INSERT INTO file_page (file, loan, first_account, records)
SELECT $1, x.loan, x.first_account, x.records
FROM unnest(CAST($2 AS bigint[]), CAST($3 AS text[]), CAST($4 AS text[])) AS x (loan, first_account, records)
