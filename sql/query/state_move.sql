-- Writes the moves of a chunk. The charge-off's date and amount are written once and never again.
-- $1 business date, $2 moves as JSON, one a loan. Index: loan_state_pkey; HOT.
UPDATE loan_state s SET
    status = m.to_status, status_since = $1, status_cause = 'NIGHT', closed_on = m.closed_on,
    episode = s.episode + m.episodes,
    count_from = coalesce(m.count_from, s.count_from), reopened_on = coalesce(m.reopened_on, s.reopened_on),
    charged_off_on = coalesce(s.charged_off_on, m.charged_off_on),
    charge_off_cents = coalesce(s.charge_off_cents, m.charge_off_cents)
FROM json_to_recordset($2) AS m (loan bigint, to_status text, closed_on date, episodes integer, count_from date,
    reopened_on date, charged_off_on date, charge_off_cents bigint)
WHERE s.loan = m.loan
