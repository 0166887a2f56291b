-- name: AccountLock
-- Locks the versions of loans, in the order of the key, and says how each is kept: a writer has committed before, and is
-- seen by what is read after this, or its wake waits for the end of the transaction.
-- $1 loan keys, $2 business date. Locks: the rows of loan_wake. Index: loan_wake_pkey.
SELECT loan, version, state = 'STALE' AS stale, wake_on <= $2 AS awake
FROM loan_wake WHERE loan = ANY($1) ORDER BY loan FOR NO KEY UPDATE

-- name: AccountPeek
-- As AccountLock, without locks: the transaction sees one state of the database. $1 loan keys, $2 business date.
-- Index: loan_wake_pkey.
SELECT loan, version, state = 'STALE' AS stale, wake_on <= $2 AS awake
FROM loan_wake WHERE loan = ANY($1) ORDER BY loan

-- name: AccountRead
-- Packed rows. $1 loan keys. Index: account_pkey.
SELECT loan, facts FROM account WHERE loan = ANY($1) ORDER BY loan

-- name: AccountFresh
-- The packed rows of loans that are right, and stay so until the transaction ends: a writer has committed before, and its
-- loans are stale, or its wake waits. Each row is looked up by its own key (OFFSET 0), however few the planner expects.
-- $1 loan keys. Locks: the rows of loan_wake. Index: loan_wake_pkey, account_pkey.
SELECT w.loan, a.facts
FROM loan_wake w CROSS JOIN LATERAL (SELECT facts FROM account WHERE loan = w.loan OFFSET 0) a
WHERE w.loan = ANY($1) AND w.state <> 'STALE'
ORDER BY w.loan FOR NO KEY UPDATE OF w

-- name: AccountRange
-- The packed rows of a range. $1 after loan, $2 last loan. Index: account_pkey.
SELECT loan, facts FROM account WHERE loan > $1 AND loan <= $2 ORDER BY loan

-- name: AccountStale
-- The loans of a range whose packed rows are not right; their writers wait while their facts are made from several tables.
-- $1 after loan, $2 last loan. Locks: their rows of loan_wake, shared. Index: loan_wake_stale.
SELECT loan FROM loan_wake WHERE state = 'STALE' AND loan > $1 AND loan <= $2 ORDER BY loan FOR SHARE

-- name: AccountPack
-- Writes packed rows. $1 loan keys, $2 facts. Index: account_pkey.
INSERT INTO account (loan, facts)
SELECT unnest(CAST($1 AS bigint[])), unnest(CAST($2 AS bytea[]))
ON CONFLICT (loan) DO UPDATE SET facts = excluded.facts

-- name: LoanRead
-- What the lender says of loans, their state, and who else has their account number. Dates come as days, 0001-01-01 = 1.
-- $1 loan keys; they stand at both large tables, so that neither is read whole. Not at termination: where the planner
-- expects that few of the loans are left, it would look up all keys for each. The file is written in upper case, so numbers
-- are compared so. Index: loan_pkey, loan_state_pkey, termination_pkey, status_history_pkey, loan_by_account, deletion_by_account.
SELECT l.loan, l.program, l.product, l.account_number, coalesce(l.cycle_id, '') AS cycle_id,
       l.opened_on - DATE '0001-01-01' + 1 AS opened_on, l.furnish,
       coalesce(l.original_amount_cents, 0) AS original_amount_cents, coalesce(l.credit_limit_cents, 0) AS credit_limit_cents,
       coalesce(l.highest_balance_cents, 0) AS highest_balance_cents, coalesce(l.terms_duration, '') AS terms_duration,
       coalesce(l.scheduled_payment_cents, 0) AS scheduled_payment_cents, l.scheduled_payment_cents IS NOT NULL AS has_schedule,
       coalesce(l.payment_history, '') AS payment_history, l.first_delinquency_on - DATE '0001-01-01' + 1 AS first_delinquency_on,
       l.last_reported_on - DATE '0001-01-01' + 1 AS last_reported_on,
       l.deletion_reported_on - DATE '0001-01-01' + 1 AS deletion_reported_on,
       EXISTS (SELECT FROM status_history h WHERE h.loan = l.loan AND h.seq = 1 AND h.closed_on IS NOT NULL) AS boarded_closed,
       s.changed_program,
       EXISTS (SELECT FROM loan o WHERE o.program = l.program AND upper(o.account_number) = upper(l.account_number)
               AND o.loan < l.loan)
       OR EXISTS (SELECT FROM loan o WHERE o.program = l.program AND o.new_account_number IS NOT NULL
                  AND upper(o.new_account_number) = upper(l.account_number) AND o.loan < l.loan)
       OR l.new_account_number IS NOT NULL AND (
           EXISTS (SELECT FROM loan o WHERE o.program = l.program AND upper(o.account_number) = upper(l.new_account_number)
                   AND o.loan < l.loan)
           OR EXISTS (SELECT FROM loan o WHERE o.program = l.program AND o.new_account_number IS NOT NULL
                      AND upper(o.new_account_number) = upper(l.new_account_number) AND o.loan < l.loan)) AS taken_by_older,
       EXISTS (SELECT FROM deletion o WHERE o.live AND o.account_number IN (upper(l.account_number), upper(l.new_account_number))
               AND o.loan <> l.loan
               AND l.program = (SELECT n.program FROM destination n WHERE n.destination = o.destination)) AS taken_by_deleted,
       l.hold_until - DATE '0001-01-01' + 1 AS hold_until, l.promo_ends_on - DATE '0001-01-01' + 1 AS promo_ends_on,
       s.status, s.status_since - DATE '0001-01-01' + 1 AS status_since, s.status_cause <> 'NIGHT' AS by_hand,
       s.closed_on - DATE '0001-01-01' + 1 AS closed_on, s.episode, s.count_from - DATE '0001-01-01' + 1 AS count_from,
       s.reopened_on - DATE '0001-01-01' + 1 AS reopened_on, s.charged_off_on - DATE '0001-01-01' + 1 AS charged_off_on,
       coalesce(s.charge_off_cents, 0) AS charge_off_cents,
       t.terminated_on - DATE '0001-01-01' + 1 AS terminated_on, coalesce(t.reason, '') AS reason,
       coalesce(t.report_as_deleted, '') AS report_as_deleted, t.rescinded_on - DATE '0001-01-01' + 1 AS rescinded_on,
       l.deferred_from - DATE '0001-01-01' + 1 AS deferred_from, l.deferred_until - DATE '0001-01-01' + 1 AS deferred_until,
       l.balloon_on - DATE '0001-01-01' + 1 AS balloon_on, coalesce(l.balloon_amount_cents, 0) AS balloon_amount_cents,
       coalesce(l.special_comment, '') AS special_comment, coalesce(l.original_creditor, '') AS original_creditor,
       coalesce(l.creditor_class, '') AS creditor_class, coalesce(l.purchased_from, '') AS purchased_from,
       coalesce(l.sold_to, '') AS sold_to, l.sold_on - DATE '0001-01-01' + 1 AS sold_on, coalesce(l.agency_id, '') AS agency_id,
       coalesce(l.agency_account, '') AS agency_account, coalesce(l.mortgage_id, '') AS mortgage_id,
       coalesce(l.new_account_number, '') AS new_account_number
FROM loan l
JOIN loan_state s ON s.loan = l.loan AND s.loan = ANY($1)
LEFT JOIN termination t ON t.loan = l.loan
WHERE l.loan = ANY($1)
ORDER BY l.loan

-- name: ConsumerRead
-- The consumers of loans by position; ssn and date_of_birth are sealed.
-- $1 loan keys. Index: loan_customer_pkey, customer_pkey.
SELECT lc.loan, lc.customer, c.customer_id, lc.position, lc.ecoa_code, c.surname, coalesce(c.first_name, '') AS first_name,
       coalesce(c.middle_name, '') AS middle_name, coalesce(c.generation_code, '') AS generation_code,
       c.ssn, c.date_of_birth, coalesce(c.phone, '') AS phone, c.address1,
       coalesce(c.address2, '') AS address2, c.city, c.state, c.postal_code, coalesce(c.country_code, '') AS country_code,
       coalesce(c.address_indicator, '') AS address_indicator, coalesce(c.residence_code, '') AS residence_code, c.is_business,
       coalesce(c.employer_name, '') AS employer_name, coalesce(c.employer_address1, '') AS employer_address1,
       coalesce(c.employer_address2, '') AS employer_address2, coalesce(c.employer_city, '') AS employer_city,
       coalesce(c.employer_state, '') AS employer_state, coalesce(c.employer_postal_code, '') AS employer_postal_code,
       coalesce(c.occupation, '') AS occupation
FROM loan_customer lc JOIN customer c ON c.customer = lc.customer
WHERE lc.loan = ANY($1)
ORDER BY lc.loan, lc.position

-- name: PauseRead
-- Pauses. Dates come as days, 0001-01-01 = 1. $1 loan keys. Index: pause_pkey.
SELECT loan, from_on - DATE '0001-01-01' + 1 AS from_on, to_on - DATE '0001-01-01' + 1 AS to_on, reason
FROM pause WHERE loan = ANY($1) ORDER BY loan, from_on

-- name: CaseRead
-- The cases of loans, one row a party: a consumer of the loan by position, 0 a customer who is on no loan, null the loan
-- itself. Whether the case names loans at all, and this one, and only customers of others, is said with each. Dates come as days, 0001-01-01 = 1.
-- $1 loan keys. Index: case_party_by_loan, case_party_by_customer, loan_customer_pkey, loan_customer_by_customer, case_file_pkey,
-- dispute_pkey.
WITH touched AS (
    SELECT p.loan, p.case_key FROM case_party p WHERE p.loan = ANY($1)
    UNION
    SELECT c.loan, p.case_key FROM loan_customer c JOIN case_party p ON p.customer = c.customer WHERE c.loan = ANY($1)
)
SELECT t.loan, f.case_id, f.type, f.status, coalesce(f.outcome, '') AS outcome, f.opened_on - DATE '0001-01-01' + 1 AS opened_on,
       f.closed_on - DATE '0001-01-01' + 1 AS closed_on, f.deleted_on - DATE '0001-01-01' + 1 AS deleted_on, f.auto_created,
       f.acknowledged, coalesce(CAST(f.chapter AS integer), 0) AS chapter, f.filed_on - DATE '0001-01-01' + 1 AS filed_on,
       coalesce(f.disposition, '') AS disposition, f.disposition_on - DATE '0001-01-01' + 1 AS disposition_on,
       f.listed_outstanding_debt IS FALSE AS debt_not_listed, coalesce(f.dispute_kind, '') AS dispute_kind,
       coalesce(f.disputed_amount_cents, 0) AS disputed_amount_cents, f.received_on - DATE '0001-01-01' + 1 AS received_on,
       u.due_on - DATE '0001-01-01' + 1 AS answer_on,
       EXISTS (SELECT FROM case_party o WHERE o.case_key = t.case_key AND o.loan IS NOT NULL) AS names_loans,
       EXISTS (SELECT FROM case_party o WHERE o.case_key = t.case_key AND o.loan = t.loan) AS named,
       coalesce(c.position, 0) AS position, p.customer IS NOT NULL AND c.loan IS NOT NULL AS on_loan,
       p.customer IS NOT NULL AND NOT EXISTS (SELECT FROM loan_customer o WHERE o.customer = p.customer) AS on_none,
       EXISTS (SELECT FROM case_party o WHERE o.case_key = t.case_key AND o.customer IS NOT NULL)
           AND NOT EXISTS (
               SELECT FROM case_party o JOIN loan_customer l ON l.customer = o.customer AND l.loan = t.loan
               WHERE o.case_key = t.case_key) AS of_others
FROM touched t
JOIN case_file f ON f.case_key = t.case_key
LEFT JOIN dispute u ON u.case_key = t.case_key
JOIN case_party p ON p.case_key = t.case_key
LEFT JOIN loan_customer c ON c.loan = t.loan AND c.customer = p.customer
ORDER BY t.loan, f.case_id COLLATE "C", position

-- name: PaymentCancelled
-- The scheduled payments of loans that we cancelled, in the order of their days. Dates come as days, 0001-01-01 = 1.
-- $1 loan keys. Index: scheduled_item_payment_cancelled.
SELECT loan, CAST(due_at AT TIME ZONE 'UTC' AS date) - DATE '0001-01-01' + 1 AS due_on,
       payer_told_on - DATE '0001-01-01' + 1 AS payer_told_on
FROM scheduled_item
WHERE loan = ANY($1) AND kind = 'PAYMENT' AND cancel_reason IS NOT NULL
ORDER BY loan, due_at, item_id COLLATE "C"

-- name: LedgerRead
-- The whole ledger of loans as arrays, one row a loan, whatever the dates: the settled entries that stand, the settled
-- entries that a settled reversal undoes, each with the reversal's date, and the billing cycles. Of each entry it is said
-- whether it names a cycle, 1 or 0. Days are counted from 0001-01-01 = 1.
-- $1 loan keys; they stand at every table, so that none is read whole. Index: loan_transaction_by_loan, cycle_pkey.
WITH pair AS MATERIALIZED (
    SELECT o.loan, o.transaction_id, o.type, o.amount_cents, o.effective_on, CAST(o.due_cycle_no IS NOT NULL AS integer) AS names,
           r.effective_on AS reversed_on
    FROM loan_transaction r
    JOIN loan_transaction o ON o.loan = r.loan AND o.transaction_id = r.reverses
    WHERE r.loan = ANY($1) AND r.type = 'REVERSAL' AND r.state = 'SETTLED' AND o.state = 'SETTLED'
), pairs AS (
    SELECT loan, array_agg(type) AS kinds, array_agg(amount_cents) AS amounts,
           array_agg(effective_on - DATE '0001-01-01' + 1) AS effective, array_agg(names) AS names,
           array_agg(reversed_on - DATE '0001-01-01' + 1) AS reversed
    FROM pair GROUP BY loan
), entries AS (
    SELECT t.loan, array_agg(t.type) AS kinds, array_agg(t.amount_cents) AS amounts,
           array_agg(t.effective_on - DATE '0001-01-01' + 1) AS effective,
           array_agg(CAST(t.due_cycle_no IS NOT NULL AS integer)) AS names
    FROM loan_transaction t
    LEFT JOIN pair p ON p.loan = t.loan AND p.transaction_id = t.transaction_id
    WHERE t.loan = ANY($1) AND t.state = 'SETTLED' AND t.type <> 'REVERSAL' AND p.loan IS NULL
    GROUP BY t.loan
), cycles AS (
    SELECT loan, array_agg(cycle_no) AS cycle_nos, array_agg(starts_on - DATE '0001-01-01' + 1) AS starts,
           array_agg(ends_on - DATE '0001-01-01' + 1) AS ends, array_agg(due_on - DATE '0001-01-01' + 1) AS due,
           array_agg(minimum_due_cents) AS minimum_due
    FROM cycle WHERE loan = ANY($1) GROUP BY loan
)
SELECT s.loan, e.kinds, e.amounts, e.effective, e.names, p.kinds, p.amounts, p.effective, p.names, p.reversed,
       c.cycle_nos, c.starts, c.ends, c.due, c.minimum_due
FROM loan_state s
LEFT JOIN entries e ON e.loan = s.loan
LEFT JOIN pairs p ON p.loan = s.loan
LEFT JOIN cycles c ON c.loan = s.loan
WHERE s.loan = ANY($1)
ORDER BY s.loan

-- name: ProductAll
-- Every product.
SELECT product, portfolio_type, account_type, coalesce(terms_frequency, '') AS terms_frequency,
       coalesce(interest_type, '') AS interest_type, coalesce(delinquent_after, 0) AS delinquent_after,
       coalesce(charge_off_after, 0) AS charge_off_after, grace_days, closes_on_payoff, payoff_hold_days, trailing_reports,
       coalesce(delinquency_method, '') AS delinquency_method, coalesce(payments_ahead, '') AS payments_ahead,
       days_counted = 'business' AS business
FROM product

-- name: ProgramAll
-- The settings of every program that rules go by.
SELECT program, dofd_rule, charge_off_past_due, accommodations, reason_aliases FROM program

-- name: CalendarRead
-- The business days and the policies of closed days, as JSON. Few rows.
SELECT c.kind,
       (SELECT coalesce(json_object_agg(d.day, json_build_object('open', d.open, 'name', d.name)), '{}') FROM business_day d) AS own,
       (SELECT coalesce(json_object_agg(p.entry, p.policy), '{}') FROM closed_day_policy p) AS policies
FROM business_calendar c

-- name: CalendarClear
-- Empties the lender's own days and policies, to write them anew. Few rows.
WITH days AS (
    DELETE FROM business_day
)
DELETE FROM closed_day_policy

-- name: CalendarWrite
-- Writes the business days. $1 kind, $2 own days and $3 policies as JSON objects.
WITH days AS (
    INSERT INTO business_day (day, open, name)
    SELECT CAST(d.key AS date), CAST(d.value ->> 'open' AS boolean), d.value ->> 'name' FROM json_each($2) d
), policies AS (
    INSERT INTO closed_day_policy (entry, policy)
    SELECT p.key, p.value FROM json_each_text($3) p
)
UPDATE business_calendar SET kind = $1

-- name: CalendarWake
-- Wakes the loans whose days are counted by the business days, which have changed: nothing that a packed row holds.
SELECT count(*) FROM (
    SELECT wake(array_agg(l.loan), 'product') FROM loan l JOIN product p ON p.product = l.product WHERE p.days_counted = 'business'
) w
