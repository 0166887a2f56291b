-- The lender's id of a loan. $1 loan key. Index: loan_pkey.
SELECT loan_id FROM loan WHERE loan = $1
