-- The next chunk, once nobody works on it: a process that was killed holds its chunk until the server has noticed. Its row lock is the fence: it is held until the work commits with it.
-- $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq, after_loan, last_loan FROM run_chunk
WHERE run = $1 AND step = $2 AND state = 'PENDING'
ORDER BY seq LIMIT 1
FOR UPDATE
