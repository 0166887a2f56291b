-- Updates changed billing cycles and takes all that the book holds out of the staging table. Gives the rows inserted and
-- updated. The bound spares a file of new loans a scan of the book. Index: cycle_pkey.
WITH known AS (
    SELECT s.line, t.loan, t.cycle_no, s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents,
           (t.starts_on, t.ends_on, t.due_on, t.minimum_due_cents)
               IS DISTINCT FROM (s.starts_on, s.ends_on, s.due_on, s.minimum_due_cents) AS changed
    FROM staged_cycles s
    JOIN loan_key k ON k.loan_id = s.loan_id AND k.loan <= (SELECT max(loan) FROM cycle)
    JOIN cycle t ON t.loan = k.loan AND t.cycle_no = s.cycle_no
), gone AS (
    DELETE FROM staged_cycles s USING known n WHERE s.line = n.line
), updated AS (
    UPDATE cycle t SET
        starts_on = n.starts_on, ends_on = n.ends_on, due_on = n.due_on, minimum_due_cents = n.minimum_due_cents
    FROM known n
    WHERE n.changed AND t.loan = n.loan AND t.cycle_no = n.cycle_no
    RETURNING 1
)
SELECT 0 AS inserted, count(*) AS updated FROM updated
