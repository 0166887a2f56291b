-- Whether a billing cycle that a program reports ends on a date. $1 program, $2 date. Index: loan_by_account, cycle_pkey.
SELECT EXISTS (
    SELECT FROM cycle c JOIN loan l ON l.loan = c.loan JOIN program p ON p.program = l.program
    WHERE l.program = $1 AND c.ends_on = $2
      AND (cardinality(p.activity_cycle_ids) = 0 OR l.cycle_id = ANY (p.activity_cycle_ids)))
