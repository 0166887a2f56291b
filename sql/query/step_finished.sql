-- Whether a step is finished. $1 run, $2 step.
SELECT finished_at IS NOT NULL FROM run_step WHERE run = $1 AND step = $2
