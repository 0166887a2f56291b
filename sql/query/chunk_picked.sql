-- The loans of a chunk that its step picks, in order. {picked} as in step_chunks.sql.
-- $1 run, $2 after loan, $3 last loan, $4 business date.
WITH night AS NOT MATERIALIZED (
    SELECT CAST($1 AS bigint) AS run, CAST($2 AS bigint) AS after_loan, CAST($3 AS bigint) AS last_loan, CAST($4 AS date) AS business_date
)
SELECT loan FROM ({picked}) p ORDER BY loan
