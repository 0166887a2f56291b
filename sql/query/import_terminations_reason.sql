-- Rejects new terminations without a reason whose loan's activity pair requires one (DC4). It is looked at when
-- the termination is started: a known one is not doubted. $1 import. Index: reason_rule_pkey, loan_pkey.
WITH gone AS (
    DELETE FROM staged_terminations s
    USING loan_key k JOIN loan l ON l.loan = k.loan
    JOIN reason_rule r ON r.activity_status = l.activity_status AND r.activity_substatus = l.activity_substatus
    WHERE k.loan_id = s.loan_id AND s.reason IS NULL AND r.require_payoff_reason
      AND NOT EXISTS (SELECT FROM termination t WHERE t.loan = k.loan)
    RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'terminations.csv', line, 'reason', 'empty', 'the loan''s activity status and sub-status require a reason (DC4)'
FROM gone
