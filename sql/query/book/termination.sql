-- name: TerminableRead
-- What decides whether a loan can be terminated. $1 loan. Index: loan_pkey, reason_rule_pkey, termination_pkey, deletion_by_loan.
SELECT k.loan_id, l.opened_on, coalesce(r.require_payoff_reason, FALSE) AS pair_requires, g.reason_aliases, l.program,
       l.deletion_reported_on IS NOT NULL OR EXISTS (SELECT FROM deletion x WHERE x.loan = l.loan AND x.live) AS deleted,
       t.loan IS NOT NULL AS terminated, t.terminated_on, coalesce(t.source, '') AS source, coalesce(t.reason, '') AS reason,
       coalesce(t.report_as_deleted, '') AS report_as_deleted, t.rescinded_on
FROM loan l
JOIN loan_key k ON k.loan = l.loan
JOIN program g ON g.program = l.program
LEFT JOIN reason_rule r ON r.activity_status = l.activity_status AND r.activity_substatus = l.activity_substatus
LEFT JOIN termination t ON t.loan = l.loan
WHERE l.loan = $1

-- name: TerminationSent
-- Keeps what the lender sent last of a loan's termination, before a person changes it for the first time; names the operation.
-- $1 loan, $2 operation. Index: termination_pkey, termination_sent_pkey.
INSERT INTO termination_sent (loan, sent, operation)
SELECT $1, (SELECT to_jsonb(t) - 'loan' FROM termination t WHERE t.loan = $1), $2
ON CONFLICT (loan) DO UPDATE SET operation = excluded.operation

-- name: TerminationWrite
-- Terminates a loan. $1 loan, $2 date, $3 source, $4 reason, $5 flag of a report as deleted. Index: termination_pkey.
INSERT INTO termination (loan, terminated_on, source, reason, report_as_deleted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (loan) DO UPDATE SET
    terminated_on = excluded.terminated_on, source = excluded.source, reason = excluded.reason,
    report_as_deleted = excluded.report_as_deleted, rescinded_on = NULL

-- name: TerminationRescind
-- Rescinds a termination. $1 loan, $2 date. Index: termination_pkey.
UPDATE termination SET rescinded_on = $2 WHERE loan = $1

-- name: TerminationUndo
-- Takes a termination back. $1 loan. Index: termination_pkey.
DELETE FROM termination WHERE loan = $1

-- name: TerminationFiles
-- Lets no file begin or move until the transaction ends: what is made beside it would tell of the termination. Locks: bureau_file.
LOCK TABLE bureau_file IN SHARE MODE

-- name: TerminationSaid
-- What the files that count say of a loan from a date on. $1 loan, $2 date. Index: tradeline_pkey, once a file.
SELECT f.file, f.state, t.account_status, t.special_comment, t.rule, t.facts -> 'terminated_on' IS NOT NULL AS names_it
FROM bureau_file f JOIN tradeline t ON t.file = f.file AND t.loan = $1
WHERE f.as_of >= $2 AND f.state NOT IN ('VOIDED', 'REJECTED')
ORDER BY f.file

-- name: TerminationBuilding
-- The files of a program that are being made, from a date on. $1 program, $2 date. Few rows.
SELECT file FROM bureau_file WHERE program = $1 AND as_of >= $2 AND state = 'BUILDING' ORDER BY file
