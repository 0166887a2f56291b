-- The records of a file in account order. $1 file. Index: file_line_pkey, in its order.
SELECT record FROM file_line WHERE file = $1 ORDER BY account_number, loan
