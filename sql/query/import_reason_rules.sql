-- Merges the pairs that require a payoff reason (DC4). Index: reason_rule_pkey.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE reason_rule t SET
        require_payoff_reason = s.require_payoff_reason
    FROM staged_reason_rules s
    WHERE t.activity_status = s.activity_status AND t.activity_substatus = s.activity_substatus
      AND (t.require_payoff_reason)
          IS DISTINCT FROM
          (s.require_payoff_reason)
    RETURNING 1
), inserted AS (
    INSERT INTO reason_rule (
        activity_status, activity_substatus, require_payoff_reason)
    SELECT
        s.activity_status, s.activity_substatus, s.require_payoff_reason
    FROM staged_reason_rules s
    WHERE NOT EXISTS (SELECT FROM reason_rule t WHERE t.activity_status = s.activity_status AND t.activity_substatus = s.activity_substatus)
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
