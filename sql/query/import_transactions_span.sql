-- The lowest and highest id in the file, empty if no row is left. Ids of new loans often lie beside those of the book,
-- which is then not read; but the planner must know it beforehand.
SELECT coalesce(min(transaction_id), ''), coalesce(max(transaction_id), '') FROM staged_transactions
