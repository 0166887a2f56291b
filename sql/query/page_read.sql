-- The pages of a file by their first account number. $1 file. The keys are sorted, the pages fetched one by one.
SELECT p.first_account, p.records
FROM (SELECT loan, first_account FROM file_page WHERE file = $1 ORDER BY first_account, loan) k
JOIN file_page p ON p.file = $1 AND p.loan = k.loan
ORDER BY k.first_account, k.loan
