-- Writes packed ledgers. $1 loan keys, $2 ledgers. Index: loan_position_pkey.
INSERT INTO loan_position (loan, ledger)
SELECT x.loan, x.ledger FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[])) AS x (loan, ledger)
ON CONFLICT (loan) DO UPDATE SET ledger = excluded.ledger
