-- The first chunk of a step that read fewer loans than it was laid out for; an import since then may have left it fewer.
-- $1 run, $2 step. Index: run_chunk_pkey.
SELECT c.seq, c.read_count, c.picked_count
FROM run_chunk c JOIN run_step s ON s.run = c.run AND s.step = c.step
WHERE c.run = $1 AND c.step = $2 AND c.read_count < c.picked_count
  AND NOT EXISTS (SELECT FROM import i WHERE i.import > s.last_import)
ORDER BY c.seq LIMIT 1
