-- name: ImportTerminations
-- Merges terminations. Index: termination_pkey.
-- Wakes the loans that they are news of. Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.terminated_on, s.source, s.reason, s.report_as_deleted, s.rescinded_on
    FROM staged_terminations s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE termination t SET
        terminated_on = s.terminated_on, source = s.source, reason = s.reason, report_as_deleted = s.report_as_deleted,
        rescinded_on = s.rescinded_on
    FROM sent s
    WHERE t.loan = s.loan
      AND (t.terminated_on, t.source, t.reason, t.report_as_deleted, t.rescinded_on)
          IS DISTINCT FROM
          (s.terminated_on, s.source, s.reason, s.report_as_deleted, s.rescinded_on)
    RETURNING t.loan
), inserted AS (
    INSERT INTO termination (
        loan, terminated_on, source, reason, report_as_deleted, rescinded_on)
    SELECT
        s.loan, s.terminated_on, s.source, s.reason, s.report_as_deleted, s.rescinded_on
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM termination t WHERE t.loan = s.loan)
    ORDER BY s.loan
    RETURNING loan
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'loan')
    FROM (SELECT loan FROM updated UNION ALL SELECT loan FROM inserted) u JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportTerminationsStaged
-- The staged terminations, whether the activity pair of their loan is marked, whether the book knows them, and the aliases of
-- their program: rules decide which reasons are right (DC4, Q70). Index: reason_rule_pkey, loan_pkey, termination_pkey.
SELECT s.line, coalesce(s.source, '') AS source, coalesce(s.reason, '') AS reason,
       coalesce(r.require_payoff_reason, FALSE) AS pair_requires,
       EXISTS (SELECT FROM termination t WHERE t.loan = k.loan) AS known, p.reason_aliases
FROM staged_terminations s
JOIN loan_key k ON k.loan_id = s.loan_id
JOIN loan l ON l.loan = k.loan
JOIN program p ON p.program = l.program
LEFT JOIN reason_rule r ON r.activity_status = l.activity_status AND r.activity_substatus = l.activity_substatus

-- name: ImportTerminationsReject
-- Rejects staged terminations whose reason is missing or wrong. $1 import, $2 room for rejects, $3 rows as JSON.
WITH refused AS (
    SELECT x.line, x.value_class, x.reason FROM json_to_recordset($3) AS x (line bigint, value_class text, reason text)
), gone AS (
    DELETE FROM staged_terminations s USING refused r WHERE s.line = r.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'terminations.csv', line, 'reason', value_class, reason FROM refused ORDER BY line LIMIT $2

-- name: ImportTerminationsSent
-- Leaves out the terminations that the lender sends again of loans whose termination people have set or undone since: only another
-- one is news of his (ST5, DC4). Notes what is sent.
-- Index: loan_key_loan_id_key, termination_sent_pkey.
WITH sent AS (
    SELECT s.line, k.loan, to_jsonb(s) - CAST('{line,again,fresh,loan_id}' AS text[]) AS sent
    FROM staged_terminations s JOIN loan_key k ON k.loan_id = s.loan_id
    WHERE k.loan IN (SELECT loan FROM termination_sent)
), again AS (
    DELETE FROM staged_terminations s USING sent n JOIN termination_sent t ON t.loan = n.loan
    WHERE s.line = n.line AND t.sent = n.sent
)
UPDATE termination_sent t SET sent = n.sent FROM sent n WHERE t.loan = n.loan AND t.sent IS DISTINCT FROM n.sent
