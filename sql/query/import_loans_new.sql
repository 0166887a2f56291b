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
    INSERT INTO loan_wake (loan, wake_on) SELECT s.loan, DATE '0001-01-01' FROM sent s ORDER BY s.loan
)
SELECT count(*) AS inserted, 0 AS updated FROM inserted
