-- The steps of a run with the sums of their chunks. $1 run. Index: run_chunk_pkey.
SELECT s.step,
       CASE WHEN s.finished_at IS NOT NULL THEN 'DONE' WHEN s.started_at IS NOT NULL THEN 'RUNNING' ELSE 'PENDING' END AS state,
       count(c.seq) AS chunks, count(c.seq) FILTER (WHERE c.state = 'PENDING') AS pending,
       CAST(coalesce(sum(c.read_count), 0) AS bigint) AS read_count,
       CAST(coalesce(sum(c.changed_count), 0) AS bigint) AS changed_count,
       CAST(coalesce(sum(c.amount_cents), 0) AS bigint) AS amount_cents,
       (SELECT count(*) FROM run_exception e WHERE e.run = s.run AND e.step = s.step) AS exceptions,
       CAST(coalesce(extract(epoch FROM s.finished_at - s.started_at), 0) AS double precision) AS seconds
FROM run_step s LEFT JOIN run_chunk c ON c.run = s.run AND c.step = s.step
WHERE s.run = $1
GROUP BY s.run, s.step
ORDER BY s.position
