-- Encoded records of a file that is being built. $1 file, $2 rows as JSON. Index: file_line_pkey.
INSERT INTO file_line (file, account_number, loan, record)
SELECT $1, x.account_number, x.loan, x.record
FROM json_to_recordset($2) AS x (account_number text, loan bigint, record text)
