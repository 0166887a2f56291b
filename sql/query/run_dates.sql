-- The business dates that were run, in order.
SELECT business_date FROM run WHERE state <> 'ABANDONED' ORDER BY business_date
