-- name: ImportLoansAccount
-- Rejects loans whose account number another loan of the program holds, in the book or earlier in the file.
-- What the same file says of that other loan does not free it: an account number is not reused (DC2).
-- $1 import. Index: loan_by_account.
WITH placed AS (
    SELECT s.ctid AS place, s.line, s.loan_id, s.account_number, g.program
    FROM staged_loans s JOIN program g ON g.program_id = s.program_id
), in_book AS (
    SELECT p.place
    FROM placed p JOIN loan l ON l.program = p.program AND l.account_number = p.account_number AND l.loan_id <> p.loan_id
), in_file AS (
    SELECT place, row_number() OVER (PARTITION BY program, account_number ORDER BY line) AS nth
    FROM placed
    WHERE place NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_loans
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'loans.csv', line, 'account_number', 'key', 'another loan of the program has this account number'
FROM gone

-- name: ImportLoansKey
-- Numbers the new loans in the order of their ids. Counts as nothing. Index: loan_key_loan_id_key.
WITH inserted AS (
    INSERT INTO loan_key (loan_id)
    SELECT s.loan_id FROM staged_loans s
    WHERE NOT EXISTS (SELECT FROM loan_key k WHERE k.loan_id = s.loan_id)
    ORDER BY s.loan_id COLLATE "C"
)
SELECT 0 AS inserted, 0 AS updated

-- name: ImportLoansKnown
-- Updates known loans. The description follows the extract. The account status follows it only when the pair
-- (status, status_since) is not the one that the lender sent last: then it is a status set by hand (Q5, ST5),
-- and what a night decided since is not undone by an extract that is sent again. If the new pair names the
-- present status, only its date and cause are taken. The servicing status follows the lender's word whenever
-- it differs; a stop without a reason keeps the reason of the stop that is. The amount of a charge-off is
-- written once, also later than the charge-off itself.
-- Gives the rows inserted and updated. Index: loan_state_pkey, loan_pkey, status_history_pkey.
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
        hold_until = s.hold_until, balloon_on = s.balloon_on, balloon_amount_cents = s.balloon_amount_cents,
        deferred_until = s.deferred_until, original_creditor = s.original_creditor, creditor_class = s.creditor_class,
        purchased_from = s.purchased_from, sold_to = s.sold_to, sold_on = s.sold_on, agency_id = s.agency_id,
        agency_account = s.agency_account, mortgage_id = s.mortgage_id, new_account_number = s.new_account_number,
        payment_history = s.payment_history, first_delinquency_on = s.first_delinquency_on,
        original_charge_off_cents = s.original_charge_off_cents, last_reported_on = s.last_reported_on,
        deletion_reported_on = s.deletion_reported_on
    FROM sent s
    WHERE t.loan = s.loan
      AND (t.product, t.program, t.account_number, t.opened_on, t.original_amount_cents, t.credit_limit_cents,
          t.highest_balance_cents, t.terms_duration, t.scheduled_payment_cents, t.promo_ends_on, t.cycle_id,
          t.activity_status, t.activity_substatus, t.furnish, t.hold_until, t.balloon_on, t.balloon_amount_cents,
          t.deferred_until, t.original_creditor, t.creditor_class, t.purchased_from, t.sold_to, t.sold_on,
          t.agency_id, t.agency_account, t.mortgage_id, t.new_account_number, t.payment_history,
          t.first_delinquency_on, t.original_charge_off_cents, t.last_reported_on, t.deletion_reported_on)
          IS DISTINCT FROM
          (s.product, s.program, s.account_number, s.opened_on, s.original_amount_cents, s.credit_limit_cents,
          s.highest_balance_cents, s.terms_duration, s.scheduled_payment_cents, s.promo_ends_on, s.cycle_id,
          s.activity_status, s.activity_substatus, s.furnish, s.hold_until, s.balloon_on, s.balloon_amount_cents,
          s.deferred_until, s.original_creditor, s.creditor_class, s.purchased_from, s.sold_to, s.sold_on,
          s.agency_id, s.agency_account, s.mortgage_id, s.new_account_number, s.payment_history,
          s.first_delinquency_on, s.original_charge_off_cents, s.last_reported_on, s.deletion_reported_on)
    RETURNING t.loan
), compared AS (
    SELECT s.*, t.status AS old_status, t.closed_on AS old_closed_on,
           t.servicing_status AS old_servicing, t.stop_reason AS old_stop_reason,
           CASE WHEN s.servicing_status = t.servicing_status THEN coalesce(s.stop_reason, t.stop_reason, s.new_stop_reason)
               ELSE s.new_stop_reason END AS stop_reason_now,
           (s.status, s.status_since) <> (t.imported_status, t.imported_status_since) AS by_hand,
           t.charged_off_on IS NOT NULL AND t.charge_off_cents IS NULL AND s.original_charge_off_cents IS NOT NULL AS fills
    FROM sent s JOIN loan_state t ON t.loan = s.loan
), change AS (
    SELECT c.*, c.by_hand AND c.status <> c.old_status AS moves,
           (c.servicing_status, c.stop_reason_now) IS DISTINCT FROM (c.old_servicing, c.old_stop_reason) AS stops
    FROM compared c
), changed AS (
    SELECT c.*, (SELECT max(h.seq) FROM status_history h WHERE h.loan = c.loan) AS last_seq
    FROM change c
    WHERE c.by_hand OR c.stops OR c.fills
), state AS (
    UPDATE loan_state t SET
        status = CASE WHEN c.by_hand THEN c.status ELSE t.status END,
        status_since = CASE WHEN c.by_hand THEN c.status_since ELSE t.status_since END,
        status_cause = CASE WHEN c.by_hand THEN 'IMPORT' ELSE t.status_cause END,
        closed_on = CASE WHEN c.moves THEN c.closed_on ELSE t.closed_on END,
        reopened_on = CASE WHEN c.moves AND c.closed_on IS NULL THEN NULL ELSE t.reopened_on END,
        episode = t.episode + CASE WHEN c.moves AND c.closed_on IS NOT NULL AND t.closed_on IS NULL THEN 1 ELSE 0 END,
        count_from = CASE WHEN c.moves THEN greatest(t.count_from, c.status_since) ELSE t.count_from END,
        charged_off_on = CASE WHEN c.moves THEN coalesce(c.charged_off_on, t.charged_off_on) ELSE t.charged_off_on END,
        charge_off_cents = CASE WHEN c.fills OR (c.moves AND c.charged_off_on IS NOT NULL)
            THEN coalesce(t.charge_off_cents, c.original_charge_off_cents) ELSE t.charge_off_cents END,
        servicing_status = c.servicing_status, stop_reason = c.stop_reason_now,
        imported_status = c.status, imported_status_since = c.status_since
    FROM changed c
    WHERE t.loan = c.loan
), history AS (
    INSERT INTO status_history (
        loan, seq, state, from_status, to_status, business_date, effective_on, closed_on, cause, rule, facts)
    SELECT c.loan, c.last_seq + 1, 'ACCOUNT', c.old_status, c.status, c.status_since, c.status_since,
           CASE WHEN c.moves THEN c.closed_on ELSE c.old_closed_on END, 'IMPORT', 'ST5', '{}'::jsonb
    FROM changed c WHERE c.by_hand
    UNION ALL
    SELECT c.loan, c.last_seq + CASE WHEN c.by_hand THEN 2 ELSE 1 END, 'SERVICING', c.old_servicing, c.servicing_status,
           d.closed, d.closed, NULL, 'IMPORT', 'ST3', jsonb_strip_nulls(jsonb_build_object('stop_reason', c.stop_reason_now))
    FROM changed c
    CROSS JOIN LATERAL (
        -- The extract has no date for it: the last business date that was closed is when the night learns of it.
        SELECT coalesce((SELECT max(business_date) FROM run WHERE state = 'CLOSED'), c.status_since) AS closed) d
    WHERE c.stops
    ORDER BY 1, 2
), woken AS (
    SELECT wake(array_agg(DISTINCT u.loan), 'loan')
    FROM (SELECT loan FROM described UNION ALL SELECT loan FROM changed) u
)
SELECT 0 AS inserted, count(DISTINCT loan) AS updated
FROM (SELECT loan FROM described UNION ALL SELECT loan FROM changed) u CROSS JOIN (SELECT count(*) FROM woken) w

-- name: ImportLoansMoved
-- Before known loans are described anew: notes those that go to another program, and wakes whoever has an account number
-- that one of them had or gets (DC2, DC11). Counts as nothing. Index: loan_key_loan_id_key, loan_pkey, loan_by_account.
WITH sent AS (
    SELECT l.loan, l.program AS old_program, upper(l.account_number) AS old_number,
           p.program AS new_program, upper(s.account_number) AS new_number
    FROM staged_loans s
    JOIN program p ON p.program_id = s.program_id
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN loan l ON l.loan = k.loan
    WHERE (l.program, l.account_number) <> (p.program, s.account_number)
), moved AS (
    UPDATE loan_state t SET changed_program = TRUE FROM sent s WHERE t.loan = s.loan AND s.old_program <> s.new_program
), woken AS (
    SELECT wake(array_agg(DISTINCT o.loan), 'loan')
    FROM (SELECT old_program, old_number FROM sent UNION SELECT new_program, new_number FROM sent) n (program, number)
    JOIN loan o ON o.program = n.program AND upper(o.account_number) = n.number
)
SELECT 0 AS inserted, 0 AS updated FROM (SELECT count(*) FROM woken) w

-- name: ImportLoansNew
-- Brings new loans in: description, state, and history as taken over (Q4, ST3, ST4). Gives the rows inserted and updated.
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
        activity_substatus, furnish, hold_until, balloon_on, balloon_amount_cents, deferred_until, original_creditor,
        creditor_class, purchased_from, sold_to, sold_on, agency_id, agency_account, mortgage_id, new_account_number,
        payment_history, first_delinquency_on, original_charge_off_cents, last_reported_on, deletion_reported_on)
    SELECT
        s.loan, s.loan_id, s.product, s.program, s.account_number, s.opened_on, s.original_amount_cents,
        s.credit_limit_cents, s.highest_balance_cents, s.terms_duration, s.scheduled_payment_cents, s.promo_ends_on,
        s.cycle_id, s.activity_status, s.activity_substatus, s.furnish, s.hold_until, s.balloon_on,
        s.balloon_amount_cents, s.deferred_until, s.original_creditor, s.creditor_class, s.purchased_from, s.sold_to,
        s.sold_on, s.agency_id, s.agency_account, s.mortgage_id, s.new_account_number, s.payment_history,
        s.first_delinquency_on, s.original_charge_off_cents, s.last_reported_on, s.deletion_reported_on
    FROM sent s
    ORDER BY s.loan
    RETURNING 1
), state AS (
    INSERT INTO loan_state (
        loan, status, status_since, status_cause, closed_on, episode, count_from, charged_off_on, charge_off_cents,
        servicing_status, stop_reason, imported_status, imported_status_since, imported_after)
    SELECT
        s.loan, s.status, s.status_since, 'TAKEOVER', s.closed_on, CASE WHEN s.closed_on IS NULL THEN 0 ELSE 1 END,
        s.status_since, s.charged_off_on, CASE WHEN s.charged_off_on IS NOT NULL THEN s.original_charge_off_cents END,
        s.servicing_status, s.new_stop_reason, s.status, s.status_since,
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
