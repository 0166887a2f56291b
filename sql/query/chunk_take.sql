-- A chunk by its number, unless it is done, somebody works on it or its night is not running. Its row lock is the fence.
-- $1 run, $2 step, $3 seq. Locks: the chunk's row. Index: run_chunk_pkey.
SELECT c.seq, c.after_loan, c.last_loan
FROM run_chunk c
WHERE c.run = $1 AND c.step = $2 AND c.seq = $3 AND c.state = 'PENDING'
  AND EXISTS (SELECT FROM run r WHERE r.run = $1 AND r.state = 'RUNNING')
FOR UPDATE OF c SKIP LOCKED
