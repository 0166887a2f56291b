-- Packed ledgers, NULL where there is none. $1 loan keys. Index: loan_wake_pkey, loan_position_pkey.
SELECT w.loan, p.ledger, w.wake_on = DATE '0001-01-01' AS stale, w.wake_on = DATE '0001-01-02' AS news
FROM loan_wake w LEFT JOIN loan_position p ON p.loan = w.loan AND p.loan = ANY($1)
WHERE w.loan = ANY($1)
ORDER BY w.loan
