-- The cycles of closed loans. $1 loans. Index: cycle_pkey.
SELECT loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents FROM cycle
WHERE loan = ANY($1) ORDER BY loan, ends_on, cycle_no
