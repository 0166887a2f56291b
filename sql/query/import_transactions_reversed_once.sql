-- Rejects reversals of what is reversed already, in the book or earlier in the file. A failed reversal undid nothing.
-- $1 import. Index: loan_transaction_reversed_once.
WITH sent AS (
    SELECT s.ctid AS place, s.line, s.reverses, k.loan
    FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
    WHERE s.type = 'REVERSAL' AND s.state <> 'FAILED'
), in_book AS (
    SELECT s.place
    FROM sent s JOIN loan_transaction t ON t.loan = s.loan AND t.reverses = s.reverses
    WHERE t.type = 'REVERSAL' AND t.state <> 'FAILED'
), in_file AS (
    SELECT place, row_number() OVER (PARTITION BY reverses ORDER BY line) AS nth
    FROM sent
    WHERE place NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_transactions
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'transactions.csv', line, 'reverses', 'key', 'the entry is reversed already'
FROM gone
