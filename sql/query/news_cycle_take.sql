-- Takes the billing cycles that the packed ledgers of loans lack. Days are counted from 0001-01-01 = 1.
-- $1 loan keys. Index: news_cycle_pkey.
DELETE FROM news_cycle WHERE loan = ANY($1)
RETURNING loan, cycle_no, due_on - DATE '0001-01-01' + 1 AS due_on, minimum_due_cents
