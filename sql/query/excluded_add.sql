-- Loans that a file leaves out, with the reason (DC11). $1 file, $2 rows as JSON. Index: excluded_pkey.
INSERT INTO excluded (loan, file, reason, rule, detail)
SELECT x.loan, $1, x.reason, x.rule, x.detail
FROM json_to_recordset($2) AS x (loan bigint, reason text, rule text, detail text)
