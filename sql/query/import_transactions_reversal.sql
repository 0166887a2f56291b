-- Rejects reversals that do not undo what they name: it must be there, of the same loan, no reversal itself, and of
-- the same amount. $1 import. Index: loan_transaction_pkey.
WITH original AS MATERIALIZED (  -- few: joined at once, the whole file would be hashed
    SELECT transaction_id, loan_id, type, amount_cents
    FROM staged_transactions
    WHERE transaction_id IN (SELECT reverses FROM staged_transactions WHERE type = 'REVERSAL')
), sent AS (
    SELECT r.ctid AS place, r.line, r.loan_id, r.amount_cents, coalesce(o.loan_id, k.loan_id) AS of_loan,
           coalesce(o.type, t.type) AS of_type, coalesce(o.amount_cents, t.amount_cents) AS of_cents
    FROM staged_transactions r
    LEFT JOIN original o ON o.transaction_id = r.reverses
    LEFT JOIN loan_transaction t ON t.transaction_id = r.reverses
    LEFT JOIN loan_key k ON k.loan = t.loan
    WHERE r.type = 'REVERSAL'
), verdict AS (
    SELECT place, line, CASE
        WHEN of_loan IS NULL THEN 'missing reference: neither in the book nor among the good rows of this import'
        WHEN of_loan <> loan_id THEN 'reverses an entry of another loan'
        WHEN of_type = 'REVERSAL' THEN 'reverses a reversal'
        WHEN abs(of_cents) <> amount_cents THEN 'differs from the amount of the entry that it reverses' END AS reason
    FROM sent
), bad AS (
    SELECT place, line, reason FROM verdict WHERE reason IS NOT NULL
), gone AS (
    DELETE FROM staged_transactions WHERE ctid = ANY (ARRAY(SELECT place FROM bad))
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'transactions.csv', line, CASE WHEN reason LIKE 'differs%' THEN 'amount' ELSE 'reverses' END,
       CASE WHEN reason LIKE 'differs%' THEN 'number' ELSE 'key' END, reason
FROM bad
