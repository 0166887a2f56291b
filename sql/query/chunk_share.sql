-- The next chunk that nobody works on, those of a process's own share first. Its row lock is the fence.
-- $1 run, $2 step, $3 index of the share, $4 number of shares. Locks: the chunk's row. Index: run_chunk_pkey.
SELECT c.seq, c.after_loan, c.last_loan
FROM run_chunk c
WHERE c.run = $1 AND c.step = $2 AND c.state = 'PENDING'
  AND EXISTS (SELECT FROM run r WHERE r.run = $1 AND r.state = 'RUNNING')
ORDER BY c.seq % $4 <> $3, c.seq LIMIT 1
FOR UPDATE OF c SKIP LOCKED
