-- name: CaseKnown
-- The key of a case. $1 case id. Index: case_file_case_id_key.
SELECT case_key FROM case_file WHERE case_id = $1

-- name: CaseSeen
-- Marks as seen what a case changed in files that count. What cannot be applied stays. A night may add changes at the same time:
-- rows are locked in the order of their key. $1 case id, $2 operation.
-- Index: case_change_unseen, case_change_pkey, bureau_file_pkey, loan_key_pkey.
WITH mine AS (
    SELECT c.case_id, c.loan, c.change, c.rule, c.value
    FROM case_change c
    WHERE c.case_id = $1 AND c.seen_operation IS NULL AND c.change <> 'not_applied'
      AND EXISTS (SELECT FROM bureau_file f WHERE f.file = c.file AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED'))
    ORDER BY c.case_id, c.loan, c.change, c.rule, c.value
    FOR UPDATE
), seen AS (
    UPDATE case_change c SET seen_operation = $2 FROM mine m
    WHERE (c.case_id, c.loan, c.change, c.rule, c.value) = (m.case_id, m.loan, m.change, m.rule, m.value)
    RETURNING c.loan, c.change, c.rule, c.value, c.file
)
SELECT s.loan, k.loan_id, s.change, s.rule, s.value, s.file
FROM seen s JOIN loan_key k ON k.loan = s.loan ORDER BY s.loan, s.change, s.rule, s.value
