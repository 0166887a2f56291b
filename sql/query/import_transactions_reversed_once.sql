-- Rejects reversals of what is reversed already, in the book or earlier in the file. A failed reversal undid nothing.
-- $1 import. Index: loan_transaction_reversed_once.
WITH taken AS (
    SELECT s.line, s.reverses,
           EXISTS (SELECT FROM loan_transaction t JOIN loan_key k ON k.loan = t.loan
                   WHERE k.loan_id = s.loan_id AND t.reverses = s.reverses AND t.type = 'REVERSAL' AND t.state <> 'FAILED') AS in_book
    FROM staged_transactions s
    WHERE s.type = 'REVERSAL' AND s.state <> 'FAILED'
), bad AS (
    SELECT line FROM taken WHERE in_book
    UNION ALL
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY reverses ORDER BY line) AS nth FROM taken WHERE NOT in_book
    ) t WHERE nth > 1
), gone AS (
    DELETE FROM staged_transactions s USING bad WHERE s.line = bad.line RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'transactions.csv', line, 'reverses', 'key', 'the entry is reversed already'
FROM gone
