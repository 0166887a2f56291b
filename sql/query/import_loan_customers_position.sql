-- Rejects rows whose position on the loan another customer has: earlier in the file, or in the book by a row
-- that the file does not move. Repeated until it finds nothing: a rejected row moves nothing.
-- $1 import. Index: loan_customer_loan_position_key.
WITH sent AS (
    SELECT s.ctid AS place, s.position, k.loan, c.customer,
           row_number() OVER (PARTITION BY s.loan_id, s.position ORDER BY s.line) AS nth
    FROM staged_loan_customers s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN customer c ON c.customer_id = s.customer_id
), in_book AS (
    SELECT s.place
    FROM sent s
    JOIN loan_customer t ON t.loan = s.loan AND t.position = s.position AND t.customer <> s.customer
    LEFT JOIN sent o ON o.loan = t.loan AND o.customer = t.customer
    WHERE o.place IS NULL
), gone AS (
    DELETE FROM staged_loan_customers
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM sent WHERE nth > 1))
    RETURNING line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'loan_customers.csv', line, 'position', 'number', 'another customer of the loan has this position'
FROM gone
