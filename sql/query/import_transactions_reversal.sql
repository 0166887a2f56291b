-- Rejects reversals that do not undo what they name: it must be there, of the same loan, no reversal itself, and of
-- the same amount. $1 import. Index: loan_transaction_pkey.
WITH sent AS (
    SELECT ctid, line, loan_id, amount_cents, reverses FROM staged_transactions WHERE type = 'REVERSAL'
), original AS (
    SELECT r.line, o.loan_id, o.type, o.amount_cents
    FROM staged_transactions r JOIN staged_transactions o ON o.transaction_id = r.reverses
    WHERE r.type = 'REVERSAL'
    UNION ALL
    SELECT r.line, k.loan_id, o.type, o.amount_cents
    FROM sent r JOIN loan_transaction o ON o.transaction_id = r.reverses JOIN loan_key k ON k.loan = o.loan
), verdict AS (
    SELECT r.ctid AS row, r.line, CASE
        WHEN o.line IS NULL THEN 'missing reference: neither in the book nor among the good rows of this import'
        WHEN o.loan_id <> r.loan_id THEN 'reverses an entry of another loan'
        WHEN o.type = 'REVERSAL' THEN 'reverses a reversal'
        WHEN abs(o.amount_cents) <> r.amount_cents THEN 'differs from the amount of the entry that it reverses' END AS reason
    FROM sent r LEFT JOIN original o ON o.line = r.line
), bad AS (
    SELECT row, line, reason FROM verdict WHERE reason IS NOT NULL
), gone AS (
    DELETE FROM staged_transactions WHERE ctid = ANY (ARRAY(SELECT row FROM bad))
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'transactions.csv', line, CASE WHEN reason LIKE 'differs%' THEN 'amount' ELSE 'reverses' END,
       CASE WHEN reason LIKE 'differs%' THEN 'number' ELSE 'key' END, reason
FROM bad
