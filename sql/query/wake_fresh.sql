-- Loans whose packed ledger is right, and which stay awake. $1 loan keys. Index: loan_wake_pkey.
UPDATE loan_wake SET wake_on = DATE '0001-01-03' WHERE loan = ANY($1)
