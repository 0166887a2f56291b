-- Merges terminations. Index: termination_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.terminated_on, s.source, s.reason, s.report_as_deleted
    FROM staged_terminations s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE termination t SET
        terminated_on = s.terminated_on, source = s.source, reason = s.reason, report_as_deleted = s.report_as_deleted
    FROM sent s
    WHERE t.loan = s.loan
      AND (t.terminated_on, t.source, t.reason, t.report_as_deleted)
          IS DISTINCT FROM
          (s.terminated_on, s.source, s.reason, s.report_as_deleted)
    RETURNING 1
), inserted AS (
    INSERT INTO termination (
        loan, terminated_on, source, reason, report_as_deleted)
    SELECT
        s.loan, s.terminated_on, s.source, s.reason, s.report_as_deleted
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM termination t WHERE t.loan = s.loan)
    ORDER BY s.loan
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
