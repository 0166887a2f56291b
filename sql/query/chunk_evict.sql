-- Ends the sessions that have kept a pending chunk locked for too long, and returns the chunks: who locks a row stands
-- in its xmax. Sessions of other roles are not seen.
-- $1 run, $2 step, $3 seconds. Index: run_chunk_pkey.
WITH kept AS MATERIALIZED (
    SELECT c.seq, a.pid
    FROM run_chunk c
    JOIN pg_stat_activity a ON a.backend_xid = c.xmax
    WHERE c.run = $1 AND c.step = $2 AND c.state = 'PENDING'
      AND clock_timestamp() - a.xact_start > make_interval(secs => $3)
)
SELECT seq FROM kept WHERE pg_terminate_backend(pid) ORDER BY seq
