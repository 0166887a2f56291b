-- Loans about which something may be decided tonight. Index: loan_position_by_wake.
SELECT p.loan FROM loan_position p CROSS JOIN night
WHERE p.wake_on <= night.business_date AND p.loan > night.after_loan AND p.loan <= night.last_loan
