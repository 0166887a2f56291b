-- Opens the run of a business date over the book as it is now.
-- $1 business date, $2 plan hash, $3 program version, $4 who, $5 why, $6 now. The caller holds the book.
INSERT INTO run (run, business_date, previous_date, plan_hash, program_version, state, who, why, last_loan, started_at)
SELECT (SELECT coalesce(max(run), 0) + 1 FROM run), $1, (SELECT max(business_date) FROM run WHERE state = 'CLOSED'), $2, $3, 'RUNNING', $4, $5,
       (SELECT coalesce(max(loan), 0) FROM loan), $6
RETURNING run, previous_date, last_loan
