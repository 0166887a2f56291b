-- Marks a step as finished. $1 run, $2 step, $3 now.
UPDATE run_step SET finished_at = $3 WHERE run = $1 AND step = $2
