-- Packed ledgers of a chunk, NULL where there is none. $1 after loan, $2 last loan. Index: loan_wake_pkey, loan_position_pkey.
SELECT w.loan, p.ledger, w.wake_on = DATE '0001-01-01' AS stale, w.wake_on = DATE '0001-01-02' AS news
FROM loan_wake w LEFT JOIN loan_position p ON p.loan = w.loan AND p.loan > $1 AND p.loan <= $2
WHERE w.loan > $1 AND w.loan <= $2
ORDER BY w.loan
