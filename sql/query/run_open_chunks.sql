-- The chunks of a run: for each step the book in ranges of the loan key with equal counts of loans.
-- $1 run, $2 last loan key of the book, $3 loans a chunk. Index: loan_pkey, read once.
WITH ends AS (
    SELECT loan AS last_loan FROM (SELECT loan, row_number() OVER (ORDER BY loan) AS n FROM loan WHERE loan <= $2) l
    WHERE n % $3 = 0
    UNION SELECT $2
), ranges AS (
    SELECT row_number() OVER (ORDER BY last_loan) AS seq, last_loan,
           lag(last_loan, 1, CAST(0 AS bigint)) OVER (ORDER BY last_loan) AS after_loan
    FROM ends
)
INSERT INTO run_chunk (run, step, seq, after_loan, last_loan, state)
SELECT $1, s.step, r.seq, r.after_loan, r.last_loan, 'PENDING'
FROM run_step s CROSS JOIN ranges r
WHERE s.run = $1
