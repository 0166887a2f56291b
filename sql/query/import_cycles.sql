-- Adds the new billing cycles.
INSERT INTO cycle (
    loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents)
SELECT
    k.loan, s.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents
FROM staged_cycles s JOIN loan_key k ON k.loan_id = s.loan_id
ORDER BY k.loan, s.cycle_no
