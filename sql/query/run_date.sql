-- The business date of a run. $1 run.
SELECT business_date FROM run WHERE run = $1
