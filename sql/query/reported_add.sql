-- What a file says of a chunk's loans. $1 file, $2 rows as JSON. Index: reported_pkey.
INSERT INTO reported (loan, file, as_of, account_number, account_status, payment_rating, payment_history, history_chain, history_character,
    date_account_info, date_first_delinquency, first_missed_due_on, date_closed, date_last_payment, current_balance,
    amount_past_due, scheduled_payment, actual_payment, original_charge_off, special_comment, final, episode, record_bytes,
    rule, facts)
SELECT x.loan, $1, x.as_of, x.account_number, x.account_status, x.payment_rating, x.payment_history, x.history_chain, x.history_character,
       x.date_account_info, x.date_first_delinquency, x.first_missed_due_on, x.date_closed, x.date_last_payment, x.current_balance,
       x.amount_past_due, x.scheduled_payment, x.actual_payment, x.original_charge_off, x.special_comment, x.final, x.episode,
       x.record_bytes, x.rule, x.facts
FROM json_to_recordset($2) AS x (loan bigint, as_of date, account_number text, account_status text, payment_rating text,
    payment_history text, history_chain text, history_character text, date_account_info date, date_first_delinquency date,
    first_missed_due_on date, date_closed date, date_last_payment date, current_balance bigint, amount_past_due bigint,
    scheduled_payment bigint, actual_payment bigint, original_charge_off bigint, special_comment text, final boolean,
    episode integer, record_bytes integer, rule text, facts jsonb)
