-- The loans that a run quarantined. $1 run. Index: run_exception_pkey.
SELECT e.step, l.loan_id, e.code, e.detail, e.first_run, coalesce(e.resolved_run, 0) AS resolved_run
FROM run_exception e JOIN loan l ON l.loan = e.loan JOIN run_step s ON s.run = e.run AND s.step = e.step
WHERE e.run = $1
ORDER BY s.position, l.loan_id, e.code
