-- Numbers the new loans in the order of their ids. Counts as nothing. Index: loan_key_loan_id_key.
WITH inserted AS (
    INSERT INTO loan_key (loan_id)
    SELECT s.loan_id FROM staged_loans s
    WHERE NOT EXISTS (SELECT FROM loan_key k WHERE k.loan_id = s.loan_id)
    ORDER BY s.loan_id COLLATE "C"
)
SELECT 0 AS inserted, 0 AS updated
