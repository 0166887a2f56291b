-- name: CountWanted
-- A file that is written, with the file that it is counted beside, the one before of its destination that counts: of a program that
-- reports by cycles the one with the same accounts a month before. With what it was counted beside; counted is false where it was not.
-- $1 file, $2 whether it reports by cycles. Index: bureau_file_live, file_count_pkey.
SELECT (SELECT o.file FROM bureau_file o
        WHERE o.destination = f.destination AND o.as_of < f.as_of AND (NOT $2 OR o.as_of <= f.previous_on)
          AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
        ORDER BY o.as_of DESC LIMIT 1) AS wanted,
       c.file IS NOT NULL AS counted, c.before
FROM bureau_file f LEFT JOIN file_count c ON c.file = f.file
WHERE f.file = $1

-- name: CountFile
-- Counts a file. $1 file, $2 the file before, null: none, $3 now. Index: tradeline_pkey, excluded_pkey, each in its order.
SELECT count_file($1, $2, $3)
