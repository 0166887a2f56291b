-- The runs that decide whether a business date may be run: that date's own, the unfinished one, and the latest closed.
-- $1 business date. Locks: none. Index: run_one_per_date, run_one_unfinished.
SELECT run, business_date, previous_date, plan_hash, state, last_loan
FROM run
WHERE state <> 'ABANDONED'
  AND (business_date = $1 OR state IN ('RUNNING', 'STOPPED')
       OR business_date = (SELECT max(business_date) FROM run WHERE state = 'CLOSED'))
ORDER BY business_date
