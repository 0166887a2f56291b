-- When a loan was quarantined. $1 loan. Index: run_exception_open for open ones; asked for one loan at a time.
SELECT e.run, r.business_date, e.step, e.code, e.detail, e.first_run, e.resolved_run
FROM run_exception e JOIN run r ON r.run = e.run
WHERE e.loan = $1
ORDER BY e.run, e.step, e.code
