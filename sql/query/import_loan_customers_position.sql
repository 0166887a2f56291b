-- Rejects rows whose position on the loan another customer has: earlier in the file, or in the book by a row
-- that the file does not move. Repeated until it finds nothing: a rejected row moves nothing.
-- $1 import. Index: loan_customer_loan_position_key.
WITH sent AS (
    SELECT s.line, s.position, k.loan, c.customer,
           row_number() OVER (PARTITION BY s.loan_id, s.position ORDER BY s.line) AS nth
    FROM staged_loan_customers s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN customer c ON c.customer_id = s.customer_id
), bad AS (
    SELECT s.line FROM sent s
    WHERE s.nth > 1
       OR EXISTS (SELECT FROM loan_customer t
                  WHERE t.loan = s.loan AND t.position = s.position AND t.customer <> s.customer
                    AND NOT EXISTS (SELECT FROM sent o WHERE o.loan = t.loan AND o.customer = t.customer))
), gone AS (
    DELETE FROM staged_loan_customers s USING bad WHERE s.line = bad.line RETURNING s.line
)
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, 'loan_customers.csv', line, 'position', 'number', 'another customer of the loan has this position'
FROM gone
