-- name: DeletionAdd
-- Deletions that a file reports (DC6). A second live one for a destination and loan is refused by deletion_once.
-- $1 destination, $2 file, $3 rows as JSON.
INSERT INTO deletion (destination, loan, file, account_number, code, date_closed)
SELECT $1, x.loan, $2, x.account_number, x.code, x.date_closed
FROM json_to_recordset($3) AS x (loan bigint, account_number text, code text, date_closed date)

-- name: DeletionGiveBack
-- A file did not count: its deletions go into the next one (DC6). $1 file.
UPDATE deletion SET live = FALSE WHERE file = $1

-- name: DeletionBefore
-- As DeletionRead, by files before one. $1 after loan, $2 last loan, $3 destinations, $4 file. Index: deletion_by_loan, bureau_file_pkey.
SELECT d.loan, min(f.as_of) - DATE '0001-01-01' + 1 AS deleted_on
FROM deletion d JOIN bureau_file f ON f.file = d.file
WHERE d.live AND d.loan > $1 AND d.loan <= $2 AND d.destination = ANY (CAST($3 AS bigint[])) AND d.file < $4
GROUP BY d.loan
