-- The first chunk of a step that read fewer loans than it was to look at. $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq, read_count, picked_count FROM run_chunk
WHERE run = $1 AND step = $2 AND read_count < picked_count
ORDER BY seq LIMIT 1
