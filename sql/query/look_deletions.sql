-- The deletions of a loan that files carried, newest last. $1 loan. Index: deletion_by_loan.
SELECT x.file, f.name AS file_name, f.state AS file_state, f.as_of, d.name AS destination, x.code, x.date_closed, x.live
FROM deletion x
JOIN bureau_file f ON f.file = x.file
JOIN destination d ON d.destination = x.destination
WHERE x.loan = $1
ORDER BY f.as_of, x.file
