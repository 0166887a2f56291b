-- What a file says of a chunk's loans, as one array a column; dates are days since 0001-01-01.
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
FROM unnest(
    CAST($3 AS bigint[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS text[]),
    CAST($8 AS text[]), CAST($9 AS text[]), CAST($10 AS integer[]), CAST($11 AS integer[]), CAST($12 AS integer[]),
    CAST($13 AS integer[]), CAST($14 AS integer[]), CAST($15 AS bigint[]), CAST($16 AS bigint[]),
    CAST($17 AS bigint[]), CAST($18 AS bigint[]), CAST($19 AS bigint[]), CAST($20 AS text[]), CAST($21 AS boolean[]),
    CAST($22 AS integer[]), CAST($23 AS integer[]), CAST($24 AS text[]), CAST($25 AS text[])
) AS x (
    loan, account_number, account_status, payment_rating, payment_history, history_chain, history_character,
    date_account_info, date_first_delinquency, first_missed_due_on, date_closed, date_last_payment, current_balance,
    amount_past_due, scheduled_payment, actual_payment, original_charge_off, special_comment, final, episode,
    record_bytes, rule, facts)
