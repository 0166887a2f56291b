-- name: ExceptionOpen
-- The exceptions of a loan that no later run resolved, as the newest run that listed each says. $1 loan, $2 code; empty: every one.
-- Index: run_exception_by_loan.
SELECT DISTINCT ON (step, code) step, code, run FROM run_exception
WHERE loan = $1 AND resolved_run IS NULL AND ($2 = '' OR code = $2)
ORDER BY step, code, run DESC

-- name: ExceptionNote
-- A person's note on an exception. $1 loan, $2 step, $3 code, $4 operation, $5 run, $6 who, $7 why, $8 now.
INSERT INTO exception_note (loan, step, code, operation, run, who, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
