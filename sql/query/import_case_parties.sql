-- Adds who and what a case is about. Gives the rows inserted and updated. Index: case_party_customer, case_party_loan.
WITH sent AS (
    SELECT f.case_key, c.customer, k.loan
    FROM staged_case_parties s
    JOIN case_file f ON f.case_id = s.case_id
    LEFT JOIN customer c ON c.customer_id = s.customer_id
    LEFT JOIN loan_key k ON k.loan_id = s.loan_id
), inserted AS (
    INSERT INTO case_party (case_key, customer, loan)
    SELECT s.case_key, s.customer, s.loan
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM case_party t WHERE t.case_key = s.case_key AND t.customer = s.customer)
      AND NOT EXISTS (SELECT FROM case_party t WHERE t.case_key = s.case_key AND t.loan = s.loan)
    ORDER BY s.case_key, s.customer, s.loan
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, 0 AS updated
