-- Merges who belongs to a loan. Rows of a loan that the file leaves out stay. Index: loan_customer_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, c.customer, s.ecoa_code, s.position
    FROM staged_loan_customers s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN customer c ON c.customer_id = s.customer_id
), updated AS (
    UPDATE loan_customer t SET
        ecoa_code = s.ecoa_code, position = s.position
    FROM sent s
    WHERE t.loan = s.loan AND t.customer = s.customer
      AND (t.ecoa_code, t.position)
          IS DISTINCT FROM
          (s.ecoa_code, s.position)
    RETURNING 1
), inserted AS (
    INSERT INTO loan_customer (
        loan, customer, ecoa_code, position)
    SELECT
        s.loan, s.customer, s.ecoa_code, s.position
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM loan_customer t WHERE t.loan = s.loan AND t.customer = s.customer)
    ORDER BY s.loan, s.position
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
