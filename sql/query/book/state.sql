-- name: StateWrite
-- Writes the states that a chunk's moves left. $1 business date, $2 states as JSON, one a loan. Index: loan_state_pkey; HOT.
UPDATE loan_state s SET
    status = m.status, status_since = $1, status_cause = 'NIGHT', closed_on = m.closed_on, episode = m.episode,
    count_from = m.count_from, reopened_on = m.reopened_on, charged_off_on = m.charged_off_on,
    charge_off_cents = m.charge_off_cents
FROM json_to_recordset($2) AS m (loan bigint, status text, closed_on date, episode integer, count_from date,
    reopened_on date, charged_off_on date, charge_off_cents bigint)
WHERE s.loan = m.loan

-- name: StateKeep
-- Keeps the states of loans as they are before a night moves them; of several attempts at a business date those before the first.
-- $1 business date, $2 loan keys. Index: loan_state_pkey, loan_state_before_pkey.
INSERT INTO loan_state_before AS b (loan, business_date, status, status_since, status_cause, closed_on, episode, count_from,
    reopened_on, charged_off_on, charge_off_cents)
SELECT loan, $1, status, status_since, status_cause, closed_on, episode, count_from, reopened_on, charged_off_on, charge_off_cents
FROM loan_state WHERE loan = ANY ($2)
ON CONFLICT (loan) DO UPDATE SET
    business_date = excluded.business_date, status = excluded.status, status_since = excluded.status_since,
    status_cause = excluded.status_cause, closed_on = excluded.closed_on, episode = excluded.episode, count_from = excluded.count_from,
    reopened_on = excluded.reopened_on, charged_off_on = excluded.charged_off_on, charge_off_cents = excluded.charge_off_cents
WHERE b.business_date <> excluded.business_date

-- name: StateBefore
-- The states of loans before the attempts at a business date moved them, of those that nobody else has moved since; whether a
-- statement told of a closure that the attempts made. Dates come as days, 0001-01-01 = 1. $1 loan keys, $2 business date.
-- Index: loan_state_before_pkey, status_history_pkey, run_one_per_date, statement_pkey.
SELECT b.loan, b.status, b.status_since - DATE '0001-01-01' + 1 AS status_since, b.status_cause <> 'NIGHT' AS by_hand,
       b.closed_on - DATE '0001-01-01' + 1 AS closed_on, b.episode, b.count_from - DATE '0001-01-01' + 1 AS count_from,
       b.reopened_on - DATE '0001-01-01' + 1 AS reopened_on, b.charged_off_on - DATE '0001-01-01' + 1 AS charged_off_on,
       coalesce(b.charge_off_cents, 0) AS charge_off_cents,
       EXISTS (SELECT FROM statement t WHERE t.loan = b.loan AND t.episode > b.episode) AS stated
FROM loan_state_before b
WHERE b.loan = ANY ($1) AND b.business_date = $2
  AND NOT EXISTS (
      SELECT FROM status_history h
      WHERE h.loan = b.loan AND h.state = 'ACCOUNT'
        AND h.seq > (SELECT min(m.seq) FROM status_history m JOIN run r ON r.run = m.run WHERE m.loan = b.loan AND r.business_date = $2)
        AND NOT EXISTS (SELECT FROM run r WHERE r.run = h.run AND r.business_date = $2))
ORDER BY b.loan

-- name: StateRestore
-- Takes loans back to where they were before a business date. $1 rows as JSON. Index: loan_state_pkey, loan_state_before_pkey.
UPDATE loan_state s SET
    status = b.status, status_since = b.status_since, status_cause = b.status_cause, closed_on = b.closed_on, episode = x.episode,
    count_from = b.count_from, reopened_on = b.reopened_on, charged_off_on = b.charged_off_on, charge_off_cents = b.charge_off_cents
FROM json_to_recordset($1) AS x (loan bigint, episode integer)
JOIN loan_state_before b ON b.loan = x.loan
WHERE s.loan = x.loan

-- name: HistoryAdd
-- History rows of a chunk's moves (ST4); ordinal counts the moves of one loan in this chunk.
-- $1 run, $2 business date, $3 rows as JSON. Index: status_history_pkey.
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, run, facts)
SELECT m.loan, (SELECT max(h.seq) FROM status_history h WHERE h.loan = m.loan) + m.ordinal, 'ACCOUNT',
       m.from_status, m.to_status, $2, m.effective_on, m.closed_on, 'NIGHT', m.rule, $1, m.facts
FROM json_to_recordset($3) AS m (loan bigint, ordinal integer, from_status text, to_status text, effective_on date,
    closed_on date, rule text, facts jsonb)

-- name: HistoryRead
-- The account states of the loans of a range whose present one began after a date, oldest first. Dates come as days,
-- 0001-01-01 = 1. $1 after loan, $2 last loan, $3 date. Index: loan_state_pkey, status_history_pkey.
SELECT h.loan, coalesce(h.from_status, '') AS from_status, h.to_status, h.business_date - DATE '0001-01-01' + 1 AS business_date,
       h.effective_on - DATE '0001-01-01' + 1 AS effective_on, h.closed_on - DATE '0001-01-01' + 1 AS closed_on,
       h.cause <> 'NIGHT' AS by_hand
FROM loan_state s JOIN status_history h ON h.loan = s.loan AND h.state = 'ACCOUNT'
WHERE s.loan > $1 AND s.loan <= $2 AND s.status_since > $3
ORDER BY h.loan, h.seq

-- name: ContactStateRead
-- Whether loans are serviced, whether a night has stopped it for a case and listed since then that the case has ended, and
-- whether a night has cancelled schedules or payments of theirs. $1 loan keys, $2 the code of that exception.
-- Index: loan_state_pkey, status_history_pkey, run_exception_by_loan, schedule_cancelled, scheduled_item_payment_cancelled.
SELECT s.loan, s.servicing_status = 'SERVICING' AS serviced, coalesce(h.rule = 'Q55', FALSE) AS stopped_by_case,
       EXISTS (SELECT FROM run_exception e WHERE e.loan = s.loan AND e.code = $2 AND e.run >= h.run) AS end_listed,
       EXISTS (SELECT FROM schedule c WHERE c.loan = s.loan AND c.cancel_reason IS NOT NULL)
       OR EXISTS (SELECT FROM scheduled_item i WHERE i.loan = s.loan AND i.kind = 'PAYMENT' AND i.cancel_reason IS NOT NULL) AS purged
FROM loan_state s
LEFT JOIN LATERAL (SELECT h.rule, h.run FROM status_history h WHERE h.loan = s.loan AND h.state = 'SERVICING'
                   ORDER BY h.seq DESC LIMIT 1) h ON TRUE
WHERE s.loan = ANY($1)

-- name: ServicingStop
-- Stops to service loans, each with a row of its history (ST4). $1 run, $2 operation, one of them null, $3 business date,
-- $4 cause, $5 who, $6 why, $7 rows as JSON, one a loan. Index: loan_state_pkey, status_history_pkey.
WITH stopped AS (
    SELECT * FROM json_to_recordset($7) AS x (loan bigint, reason text, rule text, facts jsonb)
), state AS (
    UPDATE loan_state s SET servicing_status = 'NOT_SERVICING', stop_reason = x.reason FROM stopped x WHERE s.loan = x.loan
)
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, cause, rule, run, operation, who, why, facts)
SELECT x.loan, (SELECT max(h.seq) FROM status_history h WHERE h.loan = x.loan) + 1, 'SERVICING', 'SERVICING', 'NOT_SERVICING',
       $3, $3, $4, x.rule, $1, $2, $5, $6, x.facts
FROM stopped x

-- name: KnownRead
-- The states of loans as people see them before they change one, in the order of the key.
-- $1 loan keys. Index: loan_state_pkey, loan_pkey, status_history_pkey.
SELECT s.loan, k.loan_id, l.opened_on, l.hold_until, s.status, s.status_since, s.status_cause <> 'NIGHT' AS by_hand, s.closed_on, s.episode,
       EXISTS (SELECT FROM status_history f WHERE f.loan = s.loan AND f.seq = 1 AND f.closed_on IS NOT NULL) AS boarded_closed,
       s.count_from, s.reopened_on, s.charged_off_on, coalesce(s.charge_off_cents, 0) AS charge_off_cents,
       s.charge_off_cents IS NOT NULL AS has_charge_off, s.servicing_status, coalesce(s.stop_reason, '') AS stop_reason,
       s.imported_status, s.imported_status_since, s.imported_servicing
FROM loan_state s JOIN loan_key k ON k.loan = s.loan JOIN loan l ON l.loan = s.loan
WHERE s.loan = ANY($1)
ORDER BY s.loan

-- name: StateByHand
-- Writes the account status that a person has set. $1 loan, $2 status, $3 since, $4 closed on, $5 episode, $6 count from,
-- $7 reopened on, $8 charged off on, $9 charge-off in cents. Index: loan_state_pkey.
UPDATE loan_state SET status = $2, status_since = $3, status_cause = 'OPERATION', closed_on = $4, episode = $5, count_from = $6,
    reopened_on = $7, charged_off_on = $8, charge_off_cents = $9
WHERE loan = $1

-- name: HistoryByHand
-- A row of history of a change of the account status by hand (ST4). $1 loan, $2 from, $3 to, $4 business date, $5 closed on,
-- $6 rule, $7 operation, $8 who, $9 why, $10 facts. Index: status_history_pkey.
INSERT INTO status_history (loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, operation, who, why, facts)
SELECT $1, (SELECT max(h.seq) FROM status_history h WHERE h.loan = $1) + 1, 'ACCOUNT', $2, $3, CAST($4 AS date), CAST($4 AS date),
       $5, 'OPERATION', $6, $7, $8, $9, $10

-- name: HoldWrite
-- Holds a loan until a date, or releases it. $1 loan, $2 date or null. Index: loan_pkey.
UPDATE loan SET hold_until = $2 WHERE loan = $1
