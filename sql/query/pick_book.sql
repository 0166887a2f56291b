-- Every loan. Index: loan_state_pkey.
SELECT s.loan FROM loan_state s CROSS JOIN night WHERE s.loan > night.after_loan AND s.loan <= night.last_loan
