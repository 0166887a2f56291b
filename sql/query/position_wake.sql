-- When the loans are looked at again. $1 loan keys, $2 dates. Index: loan_position_pkey.
UPDATE loan_position p SET wake_on = x.wake_on
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS date[])) AS x (loan, wake_on)
WHERE p.loan = x.loan AND p.loan = ANY($1) AND p.wake_on <> x.wake_on
