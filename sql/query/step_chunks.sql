-- The chunks of a step: ranges of the loan key that together are the book, with equal counts of the loans that the
-- step picks; none if it picks no loan. {picked} is a query for those loans that may read the row night.
-- $1 run, $2 step, $3 last loan key of the book, $4 loans a chunk, $5 business date.
WITH night AS NOT MATERIALIZED (
    SELECT CAST($1 AS bigint) AS run, CAST(0 AS bigint) AS after_loan, CAST($3 AS bigint) AS last_loan, CAST($5 AS date) AS business_date
), numbered AS (
    SELECT loan, (row_number() OVER (ORDER BY loan) - 1) / $4 + 1 AS seq FROM ({picked}) p
), ends AS (
    SELECT seq, count(*) AS picked, CASE WHEN seq = max(seq) OVER () THEN $3 ELSE max(loan) END AS last_loan
    FROM numbered GROUP BY seq
)
INSERT INTO run_chunk (run, step, seq, after_loan, last_loan, picked_count, state)
SELECT $1, $2, seq, lag(last_loan, 1, CAST(0 AS bigint)) OVER (ORDER BY seq), last_loan, picked, 'PENDING'
FROM ends
