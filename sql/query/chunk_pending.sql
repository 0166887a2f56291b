-- The chunks of a step that are not done. $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'PENDING' ORDER BY seq
