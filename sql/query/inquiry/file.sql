-- name: InquiryFile
-- The number of a file by its number, name or path. $1 what was asked for, $2 it as an absolute path.
-- Index: none needed, few rows.
SELECT file FROM bureau_file
WHERE CAST(file AS text) = $1 OR name = $1 OR path = $2
ORDER BY file LIMIT 1

-- name: InquiryExclusions
-- The loans that a file left out, in byte order of the lender's ids. $1 file. Index: excluded_by_file.
SELECT l.loan_id, l.account_number, x.reason, x.rule, x.detail
FROM excluded x JOIN loan l ON l.loan = x.loan
WHERE x.file = $1
ORDER BY l.loan_id COLLATE "C"
