-- When loans are looked at again, but for those that an import woke since step 1: the next night looks at them.
-- $1 loan keys, $2 dates. Index: loan_wake_pkey.
UPDATE loan_wake w SET wake_on = x.wake_on
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS date[])) AS x (loan, wake_on)
WHERE w.loan = x.loan AND w.loan = ANY($1) AND w.wake_on <> x.wake_on AND w.wake_on >= DATE '0001-01-03'
