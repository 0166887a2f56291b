-- How many chunks of a step are not done. $1 run, $2 step.
SELECT count(*) FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'PENDING'
