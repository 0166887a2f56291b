-- The files that left a loan out, and why, newest last. $1 loan. Index: excluded_pkey.
SELECT x.file, f.name AS file_name, f.state AS file_state, f.as_of, x.reason, x.rule, x.detail
FROM excluded x JOIN bureau_file f ON f.file = x.file
WHERE x.loan = $1
ORDER BY f.as_of, x.file
