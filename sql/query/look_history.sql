-- Every change of a loan's two states, in order. $1 loan. Index: status_history_pkey.
SELECT seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, who, why, facts
FROM status_history WHERE loan = $1
ORDER BY seq
