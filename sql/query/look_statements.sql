-- A loan's final statements. $1 loan. Index: statement_pkey.
SELECT episode, run, business_date, status, closed_on, cycle_no, starts_on, ends_on, opening_balance_cents,
       closing_balance_cents, document
FROM statement WHERE loan = $1
ORDER BY episode
