-- name: ExceptionAdd
-- Quarantines loans of a chunk; first_run says since when a loan is quarantined for this reason.
-- $1 run, $2 step, $3 rows as JSON. Index: run_exception_by_loan.
INSERT INTO run_exception (run, step, loan, code, detail, first_run)
SELECT $1, $2, x.loan, x.code, x.detail,
       coalesce((SELECT min(e.first_run) FROM run_exception e
                 WHERE e.loan = x.loan AND e.step = $2 AND e.code = x.code AND e.resolved_run IS NULL), $1)
FROM json_to_recordset($3) AS x (loan bigint, code text, detail text)

-- name: ExceptionResolve
-- Resolves what earlier runs quarantined in a chunk's range and this run did not.
-- $1 run, $2 step, $3 after loan, $4 last loan, $5 codes that only a person resolves,
-- $6 the loans that the run looks at, null: all. Index: run_exception_by_loan.
UPDATE run_exception e SET resolved_run = $1
WHERE e.resolved_run IS NULL AND e.step = $2 AND e.loan > $3 AND e.loan <= $4 AND e.run <> $1 AND e.code <> ALL ($5)
  AND (CAST($6 AS bigint[]) IS NULL OR e.loan = ANY (CAST($6 AS bigint[])))
  AND NOT EXISTS (SELECT FROM run_exception n WHERE n.run = $1 AND n.step = $2 AND n.loan = e.loan AND n.code = e.code)

-- name: ExceptionForget
-- Takes back what a run quarantined and resolved. $1 run. Index: run_exception_pkey.
WITH quarantined AS (
    DELETE FROM run_exception WHERE run = $1
)
UPDATE run_exception SET resolved_run = NULL WHERE resolved_run = $1
