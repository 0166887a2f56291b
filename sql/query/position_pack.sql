-- Writes packed ledgers: their loans are awake. $1 loan keys, $2 ledgers. Index: loan_position_pkey.
UPDATE loan_position p SET ledger = x.ledger, wake_on = DATE '0001-01-02'
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[])) AS x (loan, ledger)
WHERE p.loan = x.loan AND p.loan = ANY($1)
