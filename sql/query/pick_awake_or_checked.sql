-- Loans about which something may be decided tonight, and of the others one in 1,009 to be checked, other ones each night.
-- Index: loan_position_by_wake, loan_position_pkey.
SELECT p.loan FROM loan_position p CROSS JOIN night
WHERE p.wake_on <= night.business_date AND p.loan > night.after_loan AND p.loan <= night.last_loan
UNION ALL
SELECT p.loan
FROM night
CROSS JOIN generate_series(night.after_loan + 1 + (night.business_date - DATE '0001-01-01' + 1009 - (night.after_loan + 1) % 1009) % 1009,
                           night.last_loan, 1009) AS sample (loan)
JOIN loan_position p ON p.loan = sample.loan AND p.wake_on > night.business_date
