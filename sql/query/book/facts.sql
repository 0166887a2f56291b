-- name: ProductAll
-- Every product.
SELECT product, portfolio_type, account_type, coalesce(terms_frequency, '') AS terms_frequency,
       coalesce(interest_type, '') AS interest_type, coalesce(delinquent_after, 0) AS delinquent_after,
       coalesce(charge_off_after, 0) AS charge_off_after, grace_days, closes_on_payoff, payoff_hold_days, trailing_reports
FROM product

-- name: PauseRead
-- Pauses. $1 loan keys. Index: pause_pkey.
SELECT loan, from_on, to_on FROM pause WHERE loan = ANY($1) ORDER BY loan, from_on

-- name: PauseRange
-- Pauses of a chunk. $1 after loan, $2 last loan. Index: pause_pkey.
SELECT loan, from_on, to_on FROM pause WHERE loan > $1 AND loan <= $2 ORDER BY loan, from_on

-- name: HistoryRange
-- The account status history of those loans of a chunk whose state changed after a date, oldest first.
-- $1 after loan, $2 last loan, $3 date. Index: loan_state_pkey, status_history_pkey.
SELECT h.loan, coalesce(h.from_status, '') AS from_status, h.to_status, h.business_date, h.effective_on, h.closed_on,
       h.cause <> 'NIGHT' AS by_hand
FROM loan_state s JOIN status_history h ON h.loan = s.loan AND h.loan > $1 AND h.loan <= $2
WHERE s.loan > $1 AND s.loan <= $2 AND s.status_since > $3 AND h.state = 'ACCOUNT'
ORDER BY h.loan, h.seq

-- name: StateRead
-- What steps 1 to 3 know of loans besides their ledgers. A loan that never closed was not closed when it was boarded: its
-- history is not asked. $1 loan keys. Index: loan_state_pkey, loan_pkey, status_history_pkey.
SELECT s.loan, s.status, s.status_since, s.status_cause <> 'NIGHT' AS by_hand, s.closed_on, s.episode,
       s.episode > 0 AND EXISTS (SELECT FROM status_history f WHERE f.loan = s.loan AND f.seq = 1 AND f.closed_on IS NOT NULL) AS boarded_closed,
       s.count_from, s.reopened_on, s.charged_off_on, coalesce(s.charge_off_cents, 0) AS charge_off_cents,
       l.product, l.opened_on, l.hold_until, l.promo_ends_on
FROM loan_state s JOIN loan l ON l.loan = s.loan AND l.loan = ANY($1)
WHERE s.loan = ANY($1)
ORDER BY s.loan

-- name: StateMove
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

-- name: HistoryAdd
-- History rows of a chunk's moves (ST4); ordinal counts the moves of one loan in this step.
-- $1 run, $2 business date, $3 rows as JSON. Index: status_history_pkey.
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, facts)
SELECT m.loan, (SELECT max(h.seq) FROM status_history h WHERE h.loan = m.loan) + m.ordinal, 'ACCOUNT',
       m.from_status, m.to_status, $2, m.effective_on, m.closed_on, 'NIGHT', m.rule, $1, m.facts
FROM json_to_recordset($3) AS m (loan bigint, ordinal integer, from_status text, to_status text, effective_on date,
    closed_on date, rule text, facts jsonb)
