-- Merges pauses. Index: pause_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, s.from_on, s.to_on, s.reason
    FROM staged_pauses s JOIN loan_key k ON k.loan_id = s.loan_id
), updated AS (
    UPDATE pause t SET
        to_on = s.to_on, reason = s.reason
    FROM sent s
    WHERE t.loan = s.loan AND t.from_on = s.from_on
      AND (t.to_on, t.reason)
          IS DISTINCT FROM
          (s.to_on, s.reason)
    RETURNING 1
), inserted AS (
    INSERT INTO pause (
        loan, from_on, to_on, reason)
    SELECT
        s.loan, s.from_on, s.to_on, s.reason
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM pause t WHERE t.loan = s.loan AND t.from_on = s.from_on)
    ORDER BY s.loan, s.from_on
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
