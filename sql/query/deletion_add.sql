-- Deletions that a file reports (DC6). A second live one for a destination and loan is refused by deletion_once.
-- $1 destination, $2 file, $3 rows as JSON.
INSERT INTO deletion (destination, loan, file, code, date_closed)
SELECT $1, x.loan, $2, x.code, x.date_closed
FROM json_to_recordset($3) AS x (loan bigint, code text, date_closed date)
