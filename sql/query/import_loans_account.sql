-- Rejects loans whose account number another loan of the program holds, in the book or earlier in the file.
-- What the same file says of that other loan does not free it: an account number is not reused (DC2).
-- $1 import. Index: loan_by_account.
WITH placed AS (
    SELECT s.ctid AS place, s.line, s.loan_id, s.account_number, g.program
    FROM staged_loans s JOIN program g ON g.program_id = s.program_id
), in_book AS (
    SELECT p.place
    FROM placed p JOIN loan l ON l.program = p.program AND l.account_number = p.account_number AND l.loan_id <> p.loan_id
), in_file AS (
    SELECT place, row_number() OVER (PARTITION BY program, account_number ORDER BY line) AS nth
    FROM placed
    WHERE place NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_loans
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'loans.csv', line, 'account_number', 'key', 'another loan of the program has this account number'
FROM gone
