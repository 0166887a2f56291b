-- Wakes loans: the next night makes their ledgers anew and looks at them. $1 loan keys. Index: loan_wake_pkey.
UPDATE loan_wake SET wake_on = DATE '0001-01-01' WHERE loan = ANY($1)
