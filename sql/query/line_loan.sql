-- The loan behind the n-th record of a file that is being built. $1 file, $2 records before it. Index: file_line_pkey.
SELECT l.loan_id FROM file_line f JOIN loan l ON l.loan = f.loan
WHERE f.file = $1 ORDER BY f.account_number, f.loan OFFSET $2 LIMIT 1
