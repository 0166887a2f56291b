-- Loans whose ledger was packed stay awake, no longer stale. $1 loan keys. Index: loan_wake_pkey.
UPDATE loan_wake SET wake_on = DATE '0001-01-02' WHERE loan = ANY($1)
