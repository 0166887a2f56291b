-- name: PickAwake
-- Loans about which something may be decided tonight. Index: loan_wake_by_date.
SELECT w.loan FROM loan_wake w CROSS JOIN night
WHERE w.wake_on <= night.business_date AND w.loan > night.after_loan AND w.loan <= night.last_loan

-- name: PickAwakeOrChecked
-- Loans about which something may be decided tonight, and of the others one in 1,009 to be checked, other ones each night.
-- Index: loan_wake_by_date, loan_wake_pkey.
SELECT w.loan FROM loan_wake w CROSS JOIN night
WHERE w.wake_on <= night.business_date AND w.loan > night.after_loan AND w.loan <= night.last_loan
UNION ALL
SELECT w.loan FROM loan_wake w CROSS JOIN night
WHERE w.wake_on > night.business_date AND w.loan = ANY (ARRAY(
    SELECT generate_series(night.after_loan + 1 + (night.business_date - DATE '0001-01-01' + 1009 - (night.after_loan + 1) % 1009) % 1009,
                           night.last_loan, 1009)
    FROM night))

-- name: PickPurge
-- Loans that are not serviced and have something left to cancel: never a required notice (Q81). Index: loan_state_not_serviced, schedule_active, scheduled_item_pending.
SELECT s.loan FROM loan_state s CROSS JOIN night
WHERE s.servicing_status = 'NOT_SERVICING' AND s.loan > night.after_loan AND s.loan <= night.last_loan
  AND (EXISTS (SELECT FROM schedule c WHERE c.loan = s.loan AND c.state = 'ACTIVE')
       OR EXISTS (SELECT FROM scheduled_item i WHERE i.loan = s.loan AND i.state = 'PENDING' AND NOT i.required_notice))

-- name: PickExport
-- Every loan, on a night that has a file to write. Index: loan_state_pkey.
SELECT s.loan FROM loan_state s CROSS JOIN night
WHERE s.loan > night.after_loan AND s.loan <= night.last_loan
  AND EXISTS (SELECT FROM bureau_file f WHERE f.run = night.run AND f.state = 'BUILDING')

-- name: PickEligible
-- Loans at which customers are looked at: the lowest of a customer's loans, if the last closure of all of them can be over its retention
-- and no night has listed the customer since; and the lowest loan of the book, for customers without a loan whom no night has
-- listed. Months differ in length, hence the days behind the shortest retention; rules decide.
-- Index: loan_state_pkey, loan_customer_pkey, loan_customer_by_customer, customer_pkey, customer_eligible_pkey.
SELECT s.loan
FROM loan_state s CROSS JOIN night
CROSS JOIN LATERAL (
    SELECT CAST(night.business_date - make_interval(months => coalesce(min(p.retention_months), 0)) AS date) + 3 AS closed_until FROM program p) x
WHERE s.loan > night.after_loan AND s.loan <= night.last_loan AND s.closed_on <= x.closed_until
  AND EXISTS (
    SELECT FROM loan_customer lc JOIN customer c ON c.customer = lc.customer AND c.removed_on IS NULL
    WHERE lc.loan = s.loan
      AND NOT EXISTS (SELECT FROM loan_customer o WHERE o.customer = lc.customer AND o.loan < lc.loan)
      AND NOT EXISTS (SELECT FROM loan_customer o JOIN loan_state n ON n.loan = o.loan
                      WHERE o.customer = lc.customer AND (n.closed_on IS NULL OR n.closed_on > x.closed_until))
      AND NOT EXISTS (SELECT FROM customer_eligible e
                      WHERE e.customer = lc.customer
                        AND NOT EXISTS (SELECT FROM loan_customer o JOIN loan_state n ON n.loan = o.loan
                                        WHERE o.customer = lc.customer AND n.closed_on >= e.business_date)))
UNION
SELECT f.loan
FROM (SELECT loan FROM loan_state ORDER BY loan LIMIT 1) f CROSS JOIN night
WHERE f.loan > night.after_loan AND f.loan <= night.last_loan
  AND EXISTS (SELECT FROM customer c
              WHERE c.removed_on IS NULL AND f.loan > 0
                AND NOT EXISTS (SELECT FROM loan_customer o WHERE o.customer = c.customer)
                AND NOT EXISTS (SELECT FROM customer_eligible e WHERE e.customer = c.customer))
