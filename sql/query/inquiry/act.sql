-- name: InquiryActs
-- A page of what needed a supervisor, newest first. $1 act to begin before, null: at the start; $2 rows. Index: act_pkey.
SELECT act, kind, about, at, who, host, came_from, why FROM act
WHERE CAST($1 AS bigint) IS NULL OR act < CAST($1 AS bigint)
ORDER BY act DESC LIMIT $2

-- name: InquiryAllOperations
-- A page of what was done between nights, newest first. $1 operation to begin before, null: at the start; $2 rows.
-- Index: operation_pkey.
SELECT operation, kind, at, business_date, who, why, role, came_from, result FROM operation
WHERE CAST($1 AS bigint) IS NULL OR operation < CAST($1 AS bigint)
ORDER BY operation DESC LIMIT $2
