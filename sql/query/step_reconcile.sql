-- What a step's chunks read, and an independent count of the book. $1 run, $2 step.
SELECT (SELECT coalesce(sum(read_count), 0) FROM run_chunk WHERE run = $1 AND step = $2) AS read_count,
       (SELECT count(*) FROM loan_state s WHERE s.loan <= r.last_loan) AS book_count
FROM run r WHERE r.run = $1
