-- name: InquiryExceptionLoans
-- How many loans some runs could not decide, each once. $1 runs. Index: run_exception_pkey.
SELECT count(DISTINCT loan) FROM run_exception WHERE run = ANY (CAST($1 AS bigint[]))

-- name: InquiryRunExceptions
-- A page of the loans that a run could not decide, each with the date that it was first seen, the nights since, and the last note of a
-- person. $1 run, $2 step, $3 loan, $4 code to begin after, $5 rows. Index: run_exception_pkey, run_pkey, exception_note_pkey.
SELECT e.loan, e.step, l.loan_id, e.code, e.detail, e.run, e.first_run, e.resolved_run, f.business_date AS first_seen,
       (SELECT count(DISTINCT r.business_date) FROM run r WHERE r.business_date > f.business_date AND r.run <= e.run AND r.state <> 'ABANDONED') AS nights_waited,
       n.who AS note_who, n.why AS note_why, n.at AS note_at, n.run AS note_run
FROM (SELECT run, step, loan, code, detail, first_run, resolved_run FROM run_exception
      WHERE run = $1 AND (step, loan, code) > ($2, $3, $4) ORDER BY step, loan, code LIMIT $5) e
JOIN loan l ON l.loan = e.loan
JOIN run f ON f.run = e.first_run
LEFT JOIN LATERAL (
    SELECT * FROM exception_note n
    WHERE n.loan = e.loan AND n.step = e.step AND n.code = e.code AND n.run >= e.first_run
    ORDER BY n.operation DESC LIMIT 1) n ON TRUE
ORDER BY e.step, e.loan, e.code

-- name: InquiryOpenExceptions
-- A page of the exceptions that no later run resolved, as the newest run that listed each says. One that is listed once and stands
-- is open until a person has noted something; another one stays, with the note.
-- $1 step, $2 loan, $3 code to begin after, $4 codes that stand, $5 rows. Index: run_exception_open, run_pkey, exception_note_pkey.
WITH open AS (
    SELECT DISTINCT ON (e.step, e.loan, e.code) e.step, e.loan, e.code, e.run, e.detail, e.first_run, e.resolved_run
    FROM run_exception e
    WHERE e.resolved_run IS NULL AND (e.step, e.loan, e.code) > ($1, $2, $3)
    ORDER BY e.step, e.loan, e.code, e.run DESC
)
SELECT e.loan, e.step, l.loan_id, e.code, e.detail, e.run, e.first_run, e.resolved_run, f.business_date AS first_seen,
       (SELECT count(DISTINCT r.business_date) FROM run r WHERE r.business_date > f.business_date AND r.state <> 'ABANDONED') AS nights_waited,
       n.who AS note_who, n.why AS note_why, n.at AS note_at, n.run AS note_run
FROM open e
JOIN loan l ON l.loan = e.loan
JOIN run f ON f.run = e.first_run
LEFT JOIN LATERAL (
    SELECT * FROM exception_note n
    WHERE n.loan = e.loan AND n.step = e.step AND n.code = e.code AND n.run >= e.first_run
    ORDER BY n.operation DESC LIMIT 1) n ON TRUE
WHERE e.code <> ALL (CAST($4 AS text[])) OR n.run IS NULL OR n.run < e.run
ORDER BY e.step, e.loan, e.code LIMIT $5

-- name: InquiryExceptionNotes
-- What people noted on exceptions of a loan, oldest first. $1 loan. Index: exception_note_pkey.
SELECT step, code, run, who, why, at FROM exception_note WHERE loan = $1 ORDER BY operation, step, code
