-- Takes the entries that the packed ledgers of loans lack. Days are counted from 0001-01-01 = 1.
-- $1 loan keys. Index: news_entry_pkey.
DELETE FROM news_entry WHERE loan = ANY($1)
RETURNING loan, kind, amount_cents, effective_on - DATE '0001-01-01' + 1 AS effective_on
