-- Loans about which something may be decided tonight. Index: loan_wake_by_date.
SELECT w.loan FROM loan_wake w CROSS JOIN night
WHERE w.wake_on <= night.business_date AND w.loan > night.after_loan AND w.loan <= night.last_loan
