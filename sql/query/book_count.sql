-- How many loans a chunk has. $1 after loan, $2 last loan. Index: loan_state_pkey.
SELECT count(*) FROM loan_state WHERE loan > $1 AND loan <= $2
