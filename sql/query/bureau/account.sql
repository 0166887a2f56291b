-- name: AccountRead
-- The accounts of programs in a chunk as they are now, and what the bureaus were told of them. A loan that never closed was
-- not closed when it was boarded: its history is not asked.
-- $1 after loan, $2 last loan, $3 programs, $4 as of, $5 exception code of a reversal after the deletion, $6 whether one
-- of them reports by cycle. Dates come as days, 0001-01-01 = 1: a client reads them at a tenth of the cost. The range
-- stands at every table, so that none is read whole; deletions are not joined with the program's destinations, by which
-- all of them would be looked through for every loan.
-- Index: loan_pkey, loan_state_pkey, status_history_pkey, deletion_by_loan, deletion_by_account, loan_by_account.
SELECT l.loan, l.program, l.product, l.account_number, l.opened_on - DATE '0001-01-01' + 1 AS opened_on, l.furnish, l.cycle_id,
       coalesce(l.original_amount_cents, 0) AS original_amount_cents, coalesce(l.credit_limit_cents, 0) AS credit_limit_cents,
       coalesce(l.highest_balance_cents, 0) AS highest_balance_cents, coalesce(l.terms_duration, '') AS terms_duration,
       coalesce(l.scheduled_payment_cents, 0) AS scheduled_payment_cents, l.scheduled_payment_cents IS NOT NULL AS has_schedule,
       coalesce(l.payment_history, '') AS payment_history, l.first_delinquency_on - DATE '0001-01-01' + 1 AS first_delinquency_on,
       l.last_reported_on - DATE '0001-01-01' + 1 AS last_reported_on,
       l.hold_until - DATE '0001-01-01' + 1 AS hold_until, l.promo_ends_on - DATE '0001-01-01' + 1 AS promo_ends_on,
       s.status, s.status_since - DATE '0001-01-01' + 1 AS status_since, s.status_cause <> 'NIGHT' AS by_hand,
       s.closed_on - DATE '0001-01-01' + 1 AS closed_on, s.episode,
       s.episode > 0 AND EXISTS (SELECT FROM status_history f WHERE f.loan = l.loan AND f.seq = 1 AND f.closed_on IS NOT NULL) AS boarded_closed,
       s.count_from - DATE '0001-01-01' + 1 AS count_from, s.reopened_on - DATE '0001-01-01' + 1 AS reopened_on,
       s.charged_off_on - DATE '0001-01-01' + 1 AS charged_off_on, coalesce(s.charge_off_cents, 0) AS charge_off_cents,
       t.loan IS NOT NULL AS terminated, t.terminated_on - DATE '0001-01-01' + 1 AS terminated_on, coalesce(t.reason, '') AS reason,
       coalesce(t.report_as_deleted, '') AS report_as_deleted,
       coalesce(l.deletion_reported_on, d.deleted_on) - DATE '0001-01-01' + 1 AS deleted_on,
       e.loan IS NOT NULL AS reversal_noted,
       EXISTS (SELECT FROM loan o WHERE o.program = l.program AND upper(o.account_number) = upper(l.account_number) AND o.loan < l.loan) AS older_holder,
       EXISTS (SELECT FROM deletion o WHERE o.live AND o.account_number = upper(l.account_number) AND o.loan <> l.loan
                  AND l.program = (SELECT n.program FROM destination n WHERE n.destination = o.destination)) AS deleted_holder,
       $6 AND EXISTS (SELECT FROM cycle c WHERE c.loan = l.loan AND c.loan > $1 AND c.loan <= $2 AND c.ends_on = $4) AS cycle_ends
FROM loan l
JOIN loan_state s ON s.loan = l.loan AND s.loan > $1 AND s.loan <= $2
LEFT JOIN termination t ON t.loan = l.loan AND t.loan > $1 AND t.loan <= $2
LEFT JOIN (
    SELECT d.loan, min(f.as_of) AS deleted_on FROM deletion d JOIN bureau_file f ON f.file = d.file
    WHERE d.live AND d.loan > $1 AND d.loan <= $2 GROUP BY d.loan) d ON d.loan = l.loan
LEFT JOIN (
    SELECT DISTINCT loan FROM run_exception WHERE code = $5 AND loan > $1 AND loan <= $2) e ON e.loan = l.loan
WHERE l.loan > $1 AND l.loan <= $2 AND l.program = ANY($3)
ORDER BY l.loan

-- name: ConsumerRead
-- The consumers of a chunk's loans, base consumer first. Dates come as days, 0001-01-01 = 1.
-- $1 after loan, $2 last loan. Index: loan_customer_pkey, customer_pkey.
SELECT lc.loan, lc.position, lc.ecoa_code, c.surname, coalesce(c.first_name, '') AS first_name,
       coalesce(c.middle_name, '') AS middle_name, coalesce(c.generation_code, '') AS generation_code,
       coalesce(c.ssn, '') AS ssn, c.date_of_birth - DATE '0001-01-01' + 1 AS date_of_birth, coalesce(c.phone, '') AS phone, c.address1,
       coalesce(c.address2, '') AS address2, c.city, c.state, c.postal_code, coalesce(c.country_code, '') AS country_code,
       coalesce(c.address_indicator, '') AS address_indicator, coalesce(c.residence_code, '') AS residence_code, c.is_business
FROM loan_customer lc JOIN customer c ON c.customer = lc.customer
WHERE lc.loan > $1 AND lc.loan <= $2
ORDER BY lc.loan, lc.position
