-- Rejects loans whose account number another loan of the program holds, in the book or earlier in the file.
-- What the same file says of that other loan does not free it: an account number is not reused (DC2).
-- $1 import. Index: loan_by_account.
WITH taken AS (
    SELECT s.line, s.program_id, s.account_number,
           EXISTS (SELECT FROM loan l JOIN program g ON g.program = l.program
                   WHERE g.program_id = s.program_id AND l.account_number = s.account_number AND l.loan_id <> s.loan_id) AS in_book
    FROM staged_loans s
), bad AS (
    SELECT line FROM taken WHERE in_book
    UNION ALL
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY program_id, account_number ORDER BY line) AS nth FROM taken WHERE NOT in_book
    ) t WHERE nth > 1
), gone AS (
    DELETE FROM staged_loans s USING bad WHERE s.line = bad.line RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'loans.csv', line, 'account_number', 'key', 'another loan of the program has this account number'
FROM gone
