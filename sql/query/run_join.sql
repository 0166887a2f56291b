-- How the night of a business date stands, and its step that is open.
-- $1 business date. Index: run_one_per_date.
SELECT r.run, r.state, coalesce(r.stopped_because, '') AS stopped_because, r.plan_hash, coalesce(s.step, '') AS step
FROM run r
LEFT JOIN run_step s ON s.run = r.run AND s.started_at IS NOT NULL AND s.finished_at IS NULL
WHERE r.business_date = $1 AND r.state <> 'ABANDONED'
