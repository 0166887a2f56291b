-- Loans that are not serviced and have something left to cancel. Index: loan_state_not_serviced, schedule_active, scheduled_item_pending.
SELECT s.loan FROM loan_state s CROSS JOIN night
WHERE s.servicing_status = 'NOT_SERVICING' AND s.loan > night.after_loan AND s.loan <= night.last_loan
  AND (EXISTS (SELECT FROM schedule c WHERE c.loan = s.loan AND c.state = 'ACTIVE')
       OR EXISTS (SELECT FROM scheduled_item i WHERE i.loan = s.loan AND i.state = 'PENDING'))
