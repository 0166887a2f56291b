-- name: InquiryFile
-- The number of a file by its number, name or path. $1 what was asked for, $2 it as an absolute path.
-- Index: none needed, few rows.
SELECT file FROM bureau_file
WHERE CAST(file AS text) = $1 OR name = $1 OR path = $2
ORDER BY file LIMIT 1

-- name: InquiryFiles
-- A page of the bureaus' files, newest first. $1 file to begin before, null: at the start; $2 rows.
-- Index: bureau_file_pkey; the deletions are read once.
WITH page AS (
    SELECT * FROM bureau_file
    WHERE CAST($1 AS bigint) IS NULL OR file < CAST($1 AS bigint)
    ORDER BY file DESC LIMIT $2
), deleted AS (
    SELECT file, count(*) AS deletions FROM deletion WHERE file IN (SELECT file FROM page) GROUP BY file
)
SELECT f.file, f.run, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state, coalesce(f.state_why, '') AS state_why,
       coalesce(f.name, '') AS name, coalesce(f.path, '') AS path, coalesce(f.sha256, '') AS sha256,
       coalesce(f.bytes, 0) AS bytes, coalesce(f.records, 0) AS records, coalesce(f.excluded, 0) AS excluded,
       coalesce(x.deletions, 0) AS deletions
FROM page f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
LEFT JOIN deleted x ON x.file = f.file
ORDER BY f.file DESC

-- name: InquiryExclusions
-- A page of the loans that a file left out, in the order of the book. $1 file, $2 loan to begin after, $3 rows.
-- Index: excluded_pkey.
SELECT l.loan_id, l.account_number, x.reason, x.rule, x.detail
FROM excluded x JOIN loan l ON l.loan = x.loan
WHERE x.file = $1 AND x.loan > $2
ORDER BY x.loan LIMIT $3
