-- Quarantines rows that the parser rejected. $1 import, $2 rows as JSON.
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, r.file, r.line, r."column", r.value_class, r.reason
FROM json_to_recordset($2) AS r (file text, line bigint, "column" text, value_class text, reason text)
