-- name: ImportLoansAccount
-- Rejects loans whose account number, now or to come, another loan of the program holds, in the book or earlier in the file.
-- What the same file says of that other loan does not free it: an account number is not reused (DC2).
-- $1 import, $2 room for rejects. Index: loan_by_account, loan_by_new_account.
WITH placed AS (
    SELECT s.ctid AS place, s.line, s.loan_id, s.account_number, g.program
    FROM staged_loans s JOIN program g ON g.program_id = s.program_id
    UNION ALL
    SELECT s.ctid, s.line, s.loan_id, s.new_account_number, g.program
    FROM staged_loans s JOIN program g ON g.program_id = s.program_id
    WHERE s.new_account_number <> s.account_number
), in_book AS (
    SELECT p.place
    FROM placed p JOIN loan l ON l.program = p.program AND l.account_number = p.account_number AND l.loan_id <> p.loan_id
    UNION ALL
    SELECT p.place
    FROM placed p JOIN loan l ON l.program = p.program AND l.new_account_number = p.account_number AND l.loan_id <> p.loan_id
    WHERE l.new_account_number IS NOT NULL
), in_file AS (
    SELECT place, row_number() OVER (PARTITION BY program, account_number ORDER BY line) AS nth
    FROM placed
    WHERE place NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_loans
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'loans.csv', line, 'account_number', 'key', 'another loan of the program has this account number'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportLoansKey
-- Numbers the new loans in the order of their ids. Counts as nothing. Index: loan_key_loan_id_key.
WITH inserted AS (
    INSERT INTO loan_key (loan_id)
    SELECT s.loan_id FROM staged_loans s
    WHERE NOT EXISTS (SELECT FROM loan_key k WHERE k.loan_id = s.loan_id)
    ORDER BY s.loan_id COLLATE "C"
)
SELECT 0 AS inserted, 0 AS updated

-- name: ImportLoanStates
-- Known loans of which the lender sends something else about their states than the book holds or was told last: rules
-- decide what that means. A loan that never closed was not closed when it was boarded: its history is not asked.
-- Index: loan_state_pkey, status_history_pkey.
SELECT t.loan, (SELECT max(business_date) FROM run WHERE state = 'CLOSED') AS last_night,
       s.status, s.status_since, s.closed_on, coalesce(s.original_charge_off_cents, 0) AS original_charge_off_cents,
       s.original_charge_off_cents IS NOT NULL AS has_original_charge_off, s.servicing_status, coalesce(s.stop_reason, '') AS stop_reason,
       t.status AS old_status, t.status_since AS old_status_since, t.status_cause <> 'NIGHT' AS old_by_hand,
       t.closed_on AS old_closed_on, t.episode AS old_episode,
       t.episode > 0 AND EXISTS (SELECT FROM status_history f WHERE f.loan = t.loan AND f.seq = 1 AND f.closed_on IS NOT NULL) AS old_boarded_closed,
       t.count_from AS old_count_from, t.reopened_on AS old_reopened_on, t.charged_off_on AS old_charged_off_on,
       coalesce(t.charge_off_cents, 0) AS old_charge_off_cents, t.charge_off_cents IS NOT NULL AS old_has_charge_off,
       t.servicing_status AS old_servicing_status, coalesce(t.stop_reason, '') AS old_stop_reason,
       t.imported_status, t.imported_status_since, t.imported_servicing
FROM staged_loans s
JOIN loan_key k ON k.loan_id = s.loan_id
JOIN loan_state t ON t.loan = k.loan
WHERE (s.status, s.status_since, s.servicing_status) <> (t.imported_status, t.imported_status_since, t.imported_servicing)
   OR s.new_stop_reason IS DISTINCT FROM t.stop_reason
   OR (s.original_charge_off_cents IS NOT NULL AND t.charge_off_cents IS NULL)
ORDER BY t.loan

-- name: ImportLoanStatesWrite
-- Writes the states of known loans as an import leaves them, and its rows of their history (ST4). Gives how many of the
-- loans were not updated by it already: the description of the others was written by this transaction.
-- $1 states as JSON, $2 history rows as JSON, ordinal counting those of one loan.
-- Index: loan_state_pkey, loan_pkey, status_history_pkey.
WITH now AS (
    SELECT * FROM json_to_recordset($1) AS x (loan bigint, status text, status_since date, status_cause text, closed_on date,
        episode integer, count_from date, reopened_on date, charged_off_on date, charge_off_cents bigint, servicing_status text,
        stop_reason text, imported_status text, imported_status_since date, imported_servicing text)
), state AS (
    UPDATE loan_state t SET
        status = n.status, status_since = n.status_since, status_cause = coalesce(n.status_cause, t.status_cause),
        closed_on = n.closed_on, episode = n.episode, count_from = n.count_from, reopened_on = n.reopened_on,
        charged_off_on = n.charged_off_on, charge_off_cents = n.charge_off_cents, servicing_status = n.servicing_status,
        stop_reason = n.stop_reason, imported_status = n.imported_status, imported_status_since = n.imported_status_since,
        imported_servicing = n.imported_servicing
    FROM now n
    WHERE t.loan = n.loan
), history AS (
    INSERT INTO status_history (
        loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, facts)
    SELECT x.loan, (SELECT max(h.seq) FROM status_history h WHERE h.loan = x.loan) + x.ordinal, x.state, x.from_status,
           x.to_status, x.business_date, x.business_date, x.closed_on, 'IMPORT', x.rule, x.facts
    FROM json_to_recordset($2) AS x (loan bigint, ordinal integer, state text, from_status text, to_status text,
        business_date date, closed_on date, rule text, facts jsonb)
    ORDER BY x.loan, x.ordinal
), woken AS (
    SELECT wake(array_agg(loan), 'loan') FROM now
)
SELECT count(*) FROM now n JOIN loan l ON l.loan = n.loan CROSS JOIN (SELECT count(*) FROM woken) w
WHERE l.xmin <> CAST(pg_current_xact_id() AS xid)

-- name: ImportLoansKnown
-- Updates the description of known loans: it follows the extract. A hold follows it when another one is sent than before
-- (ST5): a hold by hand and a release outlast an extract that is sent again. Gives the rows inserted and updated.
-- Index: loan_key_loan_id_key, loan_pkey.
WITH sent AS (
    SELECT k.loan, p.product AS product, g.program AS program, s.*
    FROM staged_loans s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN product p ON p.product_id = s.product_id
    JOIN program g ON g.program_id = s.program_id
), described AS (
    UPDATE loan t SET
        product = s.product, program = s.program, account_number = s.account_number, opened_on = s.opened_on,
        original_amount_cents = s.original_amount_cents, credit_limit_cents = s.credit_limit_cents,
        highest_balance_cents = s.highest_balance_cents, terms_duration = s.terms_duration,
        scheduled_payment_cents = s.scheduled_payment_cents, promo_ends_on = s.promo_ends_on, cycle_id = s.cycle_id,
        activity_status = s.activity_status, activity_substatus = s.activity_substatus, furnish = s.furnish,
        hold_until = CASE WHEN s.hold_until IS DISTINCT FROM t.imported_hold_until THEN s.hold_until ELSE t.hold_until END,
        imported_hold_until = s.hold_until, balloon_on = s.balloon_on, balloon_amount_cents = s.balloon_amount_cents,
        deferred_from = s.deferred_from, deferred_until = s.deferred_until,
        special_comment = s.special_comment, original_creditor = s.original_creditor, creditor_class = s.creditor_class,
        purchased_from = s.purchased_from, sold_to = s.sold_to, sold_on = s.sold_on, agency_id = s.agency_id,
        agency_account = s.agency_account, mortgage_id = s.mortgage_id, new_account_number = s.new_account_number,
        payment_history = s.payment_history, first_delinquency_on = s.first_delinquency_on,
        original_charge_off_cents = s.original_charge_off_cents, last_reported_on = s.last_reported_on,
        deletion_reported_on = s.deletion_reported_on
    FROM sent s
    WHERE t.loan = s.loan
      AND (t.product, t.program, t.account_number, t.opened_on, t.original_amount_cents, t.credit_limit_cents,
          t.highest_balance_cents, t.terms_duration, t.scheduled_payment_cents, t.promo_ends_on, t.cycle_id,
          t.activity_status, t.activity_substatus, t.furnish, t.imported_hold_until, t.balloon_on, t.balloon_amount_cents,
          t.deferred_from, t.deferred_until, t.special_comment, t.original_creditor, t.creditor_class, t.purchased_from, t.sold_to, t.sold_on,
          t.agency_id, t.agency_account, t.mortgage_id, t.new_account_number, t.payment_history,
          t.first_delinquency_on, t.original_charge_off_cents, t.last_reported_on, t.deletion_reported_on)
          IS DISTINCT FROM
          (s.product, s.program, s.account_number, s.opened_on, s.original_amount_cents, s.credit_limit_cents,
          s.highest_balance_cents, s.terms_duration, s.scheduled_payment_cents, s.promo_ends_on, s.cycle_id,
          s.activity_status, s.activity_substatus, s.furnish, s.hold_until, s.balloon_on, s.balloon_amount_cents,
          s.deferred_from, s.deferred_until, s.special_comment, s.original_creditor, s.creditor_class, s.purchased_from, s.sold_to, s.sold_on,
          s.agency_id, s.agency_account, s.mortgage_id, s.new_account_number, s.payment_history,
          s.first_delinquency_on, s.original_charge_off_cents, s.last_reported_on, s.deletion_reported_on)
    RETURNING t.loan
), woken AS (
    SELECT wake(array_agg(loan), 'loan') FROM described
)
SELECT 0 AS inserted, count(*) AS updated FROM described CROSS JOIN (SELECT count(*) FROM woken) w

-- name: ImportLoansMoved
-- Before known loans are described anew: notes those that go to another program, and wakes whoever has an account number
-- that one of them had or gets, now or later (DC2, DC11). Counts as nothing. Index: loan_key_loan_id_key, loan_pkey,
-- loan_by_account, loan_by_new_account.
WITH sent AS (
    SELECT l.loan, l.program AS old_program, upper(l.account_number) AS old_number, upper(l.new_account_number) AS old_next,
           p.program AS new_program, upper(s.account_number) AS new_number, upper(s.new_account_number) AS new_next
    FROM staged_loans s
    JOIN program p ON p.program_id = s.program_id
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN loan l ON l.loan = k.loan
    WHERE (l.program, l.account_number) <> (p.program, s.account_number)
       OR l.new_account_number IS DISTINCT FROM s.new_account_number
), moved AS (
    UPDATE loan_state t SET changed_program = TRUE FROM sent s WHERE t.loan = s.loan AND s.old_program <> s.new_program
), numbers (program, number) AS (
    SELECT old_program, old_number FROM sent UNION SELECT new_program, new_number FROM sent
    UNION SELECT old_program, old_next FROM sent UNION SELECT new_program, new_next FROM sent
), held AS (
    SELECT o.loan FROM numbers n JOIN loan o ON o.program = n.program AND upper(o.account_number) = n.number
    UNION
    SELECT o.loan FROM numbers n JOIN loan o ON o.program = n.program AND upper(o.new_account_number) = n.number
    WHERE o.new_account_number IS NOT NULL
), woken AS (
    SELECT wake(array_agg(loan), 'loan') FROM held
)
SELECT 0 AS inserted, 0 AS updated FROM (SELECT count(*) FROM woken) w

-- name: ImportLoansNew
-- Brings new loans in: description, the state as rules say that it is boarded, and its history (Q4, ST3, ST4). Gives the
-- rows inserted and updated.
WITH sent AS (
    SELECT k.loan, p.product AS product, g.program AS program, s.*
    FROM staged_loans s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN product p ON p.product_id = s.product_id
    JOIN program g ON g.program_id = s.program_id
    WHERE NOT EXISTS (SELECT FROM loan l WHERE l.loan = k.loan)
), inserted AS (
    INSERT INTO loan (
        loan, loan_id, product, program, account_number, opened_on, original_amount_cents, credit_limit_cents,
        highest_balance_cents, terms_duration, scheduled_payment_cents, promo_ends_on, cycle_id, activity_status,
        activity_substatus, furnish, hold_until, imported_hold_until, balloon_on, balloon_amount_cents, deferred_from, deferred_until, special_comment, original_creditor,
        creditor_class, purchased_from, sold_to, sold_on, agency_id, agency_account, mortgage_id, new_account_number,
        payment_history, first_delinquency_on, original_charge_off_cents, last_reported_on, deletion_reported_on)
    SELECT
        s.loan, s.loan_id, s.product, s.program, s.account_number, s.opened_on, s.original_amount_cents,
        s.credit_limit_cents, s.highest_balance_cents, s.terms_duration, s.scheduled_payment_cents, s.promo_ends_on,
        s.cycle_id, s.activity_status, s.activity_substatus, s.furnish, s.hold_until, s.hold_until, s.balloon_on,
        s.balloon_amount_cents, s.deferred_from, s.deferred_until, s.special_comment, s.original_creditor, s.creditor_class, s.purchased_from, s.sold_to,
        s.sold_on, s.agency_id, s.agency_account, s.mortgage_id, s.new_account_number, s.payment_history,
        s.first_delinquency_on, s.original_charge_off_cents, s.last_reported_on, s.deletion_reported_on
    FROM sent s
    ORDER BY s.loan
    RETURNING 1
), state AS (
    INSERT INTO loan_state (
        loan, status, status_since, status_cause, closed_on, episode, count_from, charged_off_on, charge_off_cents,
        servicing_status, stop_reason, imported_status, imported_status_since, imported_servicing, imported_after)
    SELECT
        s.loan, s.status, s.status_since, 'TAKEOVER', s.closed_on, s.episode, s.count_from, s.charged_off_on, s.charge_off_cents,
        s.servicing_status, s.new_stop_reason, s.status, s.status_since, s.servicing_status,
        (SELECT max(business_date) FROM run WHERE state = 'CLOSED')
    FROM sent s
    ORDER BY s.loan
), history AS (
    INSERT INTO status_history (
        loan, seq, state, to_status, business_date, effective_on, closed_on, cause, rule, facts)
    SELECT s.loan, 1, 'ACCOUNT', s.status, s.status_since, s.status_since, s.closed_on, 'TAKEOVER', 'Q4', '{}'::jsonb
    FROM sent s
    UNION ALL
    SELECT s.loan, 2, 'SERVICING', s.servicing_status, s.status_since, s.status_since, NULL, 'TAKEOVER', 'ST3',
           jsonb_strip_nulls(jsonb_build_object('stop_reason', s.new_stop_reason))
    FROM sent s
    ORDER BY 1, 2
), wake AS (
    INSERT INTO loan_wake (loan) SELECT s.loan FROM sent s ORDER BY s.loan
)
SELECT count(*) AS inserted, 0 AS updated FROM inserted
