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
