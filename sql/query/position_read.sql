-- Packed ledgers. $1 loan keys. Index: loan_position_pkey.
SELECT loan, ledger, wake_on = DATE '0001-01-01' AS stale FROM loan_position WHERE loan = ANY($1) ORDER BY loan
