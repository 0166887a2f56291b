-- Every loan, on a night that has a file to write. Index: loan_state_pkey.
SELECT s.loan FROM loan_state s CROSS JOIN night
WHERE s.loan > night.after_loan AND s.loan <= night.last_loan
  AND EXISTS (SELECT FROM bureau_file f WHERE f.run = night.run AND f.state = 'BUILDING')
