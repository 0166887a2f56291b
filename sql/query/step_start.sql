-- Marks a step as begun; no row when it was begun before. $1 run, $2 step, $3 now. Locks: the row.
UPDATE run_step SET started_at = $3, last_import = (SELECT coalesce(max(import), 0) FROM import)
WHERE run = $1 AND step = $2 AND started_at IS NULL RETURNING step
