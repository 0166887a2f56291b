-- The loans that a file left out, in byte order of the lender's ids. $1 file. Index: excluded_by_file.
SELECT l.loan_id, l.account_number, x.reason, x.rule, x.detail
FROM excluded x JOIN loan l ON l.loan = x.loan
WHERE x.file = $1
ORDER BY l.loan_id COLLATE "C"
