-- name: ReportedRead
-- The last tradelines of each loan of a chunk in files that count, newest first. Dates come as days, 0001-01-01 = 1.
-- $1 after loan, $2 last loan, $3 how many of a loan that never closed, $4 how many of the others. Index: reported_pkey. The files that do not count are listed, not joined: they are few,
-- and a loan's reports are found without asking each file ever written.
SELECT r.loan, r.as_of - DATE '0001-01-01' + 1 AS as_of, r.account_status, r.payment_rating, r.payment_history,
       r.history_chain, r.history_character, r.date_account_info - DATE '0001-01-01' + 1 AS date_account_info,
       r.date_first_delinquency - DATE '0001-01-01' + 1 AS date_first_delinquency,
       r.first_missed_due_on - DATE '0001-01-01' + 1 AS first_missed_due_on, r.date_closed - DATE '0001-01-01' + 1 AS date_closed,
       r.date_last_payment - DATE '0001-01-01' + 1 AS date_last_payment, r.current_balance, r.amount_past_due,
       r.scheduled_payment, r.actual_payment, r.original_charge_off, r.special_comment, r.final, r.episode
FROM loan_state s
CROSS JOIN LATERAL (
    SELECT r.* FROM reported r
    WHERE r.loan = s.loan AND r.file <> ALL (ARRAY(SELECT f.file FROM bureau_file f WHERE f.state IN ('VOIDED', 'REJECTED')))
    ORDER BY r.file DESC LIMIT CASE WHEN s.episode = 0 THEN CAST($3 AS bigint) ELSE $4 END) r
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY r.loan, r.as_of DESC

-- name: ReportedAdd
-- What a file says of a chunk's loans, as one array a column; dates are days since 0001-01-01. The arrays stand in a list
-- of columns: in FROM each would be kept as a table of its own first.
-- $1 file, $2 as of. Index: reported_pkey.
INSERT INTO reported (
    file, as_of,
    loan, account_number, account_status, payment_rating, payment_history, history_chain, history_character,
    date_account_info, date_first_delinquency, first_missed_due_on, date_closed, date_last_payment, current_balance,
    amount_past_due, scheduled_payment, actual_payment, original_charge_off, special_comment, final, episode,
    record_bytes, rule, facts)
SELECT
    $1, $2,
    x.loan, x.account_number, x.account_status, x.payment_rating, x.payment_history, x.history_chain,
    x.history_character, DATE '0001-01-01' + x.date_account_info, DATE '0001-01-01' + x.date_first_delinquency,
    DATE '0001-01-01' + x.first_missed_due_on, DATE '0001-01-01' + x.date_closed,
    DATE '0001-01-01' + x.date_last_payment, x.current_balance, x.amount_past_due, x.scheduled_payment,
    x.actual_payment, x.original_charge_off, x.special_comment, x.final, x.episode, x.record_bytes, x.rule,
    CAST(x.facts AS jsonb)
FROM (
    SELECT unnest(CAST($3 AS bigint[])) AS loan, unnest(CAST($4 AS text[])) AS account_number,
           unnest(CAST($5 AS text[])) AS account_status, unnest(CAST($6 AS text[])) AS payment_rating,
           unnest(CAST($7 AS text[])) AS payment_history, unnest(CAST($8 AS text[])) AS history_chain,
           unnest(CAST($9 AS text[])) AS history_character, unnest(CAST($10 AS integer[])) AS date_account_info,
           unnest(CAST($11 AS integer[])) AS date_first_delinquency, unnest(CAST($12 AS integer[])) AS first_missed_due_on,
           unnest(CAST($13 AS integer[])) AS date_closed, unnest(CAST($14 AS integer[])) AS date_last_payment,
           unnest(CAST($15 AS bigint[])) AS current_balance, unnest(CAST($16 AS bigint[])) AS amount_past_due,
           unnest(CAST($17 AS bigint[])) AS scheduled_payment, unnest(CAST($18 AS bigint[])) AS actual_payment,
           unnest(CAST($19 AS bigint[])) AS original_charge_off, unnest(CAST($20 AS text[])) AS special_comment,
           unnest(CAST($21 AS boolean[])) AS final, unnest(CAST($22 AS integer[])) AS episode,
           unnest(CAST($23 AS integer[])) AS record_bytes, unnest(CAST($24 AS text[])) AS rule,
           unnest(CAST($25 AS text[])) AS facts
) x

-- name: ExcludedAdd
-- Loans that a file leaves out, with the reason (DC11). $1 file, $2 rows as JSON. Index: excluded_pkey.
INSERT INTO excluded (loan, file, reason, rule, detail)
SELECT x.loan, $1, x.reason, x.rule, x.detail
FROM json_to_recordset($2) AS x (loan bigint, reason text, rule text, detail text)
