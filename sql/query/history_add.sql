-- History rows of a chunk's moves (ST4); ordinal counts the moves of one loan in this step.
-- $1 run, $2 business date, $3 rows as JSON. Index: status_history_pkey.
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, facts)
SELECT m.loan, (SELECT max(h.seq) FROM status_history h WHERE h.loan = m.loan) + m.ordinal, 'ACCOUNT',
       m.from_status, m.to_status, $2, m.effective_on, m.closed_on, 'NIGHT', m.rule, $1, m.facts
FROM json_to_recordset($3) AS m (loan bigint, ordinal integer, from_status text, to_status text, effective_on date,
    closed_on date, rule text, facts jsonb)
