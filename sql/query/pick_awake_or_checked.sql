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
