-- name: ChunkPlan
-- How a chunk's statements are planned, until its transaction ends: by index, for they read ranges of the loan key, and
-- a small table that is read whole for every loan is not small; and without compiling, which takes longer than they do. A
-- writer that keeps a loan locked for longer than the timeout makes the chunk begin again, and in the end stops the night.
SELECT set_config('random_page_cost', '1.1', TRUE), set_config('enable_seqscan', 'off', TRUE), set_config('jit', 'off', TRUE),
       set_config('lock_timeout', '30s', TRUE)

-- name: ChunkPicked
-- The loans of a chunk that its step picks, in order. {picked} as in StepChunks.
-- $1 run, $2 after loan, $3 last loan, $4 business date.
WITH night AS NOT MATERIALIZED (
    SELECT CAST($1 AS bigint) AS run, CAST($2 AS bigint) AS after_loan, CAST($3 AS bigint) AS last_loan, CAST($4 AS date) AS business_date
)
SELECT loan FROM ({picked}) p ORDER BY loan

-- name: PickBook
-- Every loan. Index: loan_state_pkey.
SELECT s.loan FROM loan_state s CROSS JOIN night WHERE s.loan > night.after_loan AND s.loan <= night.last_loan

-- name: ChunkClaim
-- The next chunk that nobody works on. Its row lock is the fence: it is held until the work commits with it.
-- $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq, after_loan, last_loan FROM run_chunk
WHERE run = $1 AND step = $2 AND state = 'PENDING'
ORDER BY seq LIMIT 1
FOR UPDATE SKIP LOCKED

-- name: ChunkDone
-- A chunk is done: committed with its work.
-- $1 run, $2 step, $3 seq, $4 attempts, $5 read, $6 changed, $7 amount in cents, $8 counts, $9 started, $10 now.
UPDATE run_chunk SET state = 'DONE', attempts = $4, read_count = $5, changed_count = $6, amount_cents = $7,
                     counts = $8, started_at = $9, finished_at = $10
WHERE run = $1 AND step = $2 AND seq = $3 AND state = 'PENDING'

-- name: ChunkTake
-- A chunk by its number, unless it is done, somebody works on it or its night is not running. Its row lock is the fence.
-- $1 run, $2 step, $3 seq. Locks: the chunk's row. Index: run_chunk_pkey.
SELECT c.seq, c.after_loan, c.last_loan
FROM run_chunk c
WHERE c.run = $1 AND c.step = $2 AND c.seq = $3 AND c.state = 'PENDING'
  AND EXISTS (SELECT FROM run r WHERE r.run = $1 AND r.state = 'RUNNING')
FOR UPDATE OF c SKIP LOCKED

-- name: ChunkShare
-- The next chunk that nobody works on, those of a process's own share first. Its row lock is the fence.
-- $1 run, $2 step, $3 index of the share, $4 number of shares. Locks: the chunk's row. Index: run_chunk_pkey.
SELECT c.seq, c.after_loan, c.last_loan
FROM run_chunk c
WHERE c.run = $1 AND c.step = $2 AND c.state = 'PENDING'
  AND EXISTS (SELECT FROM run r WHERE r.run = $1 AND r.state = 'RUNNING')
ORDER BY c.seq % $4 <> $3, c.seq LIMIT 1
FOR UPDATE OF c SKIP LOCKED

-- name: ChunkPending
-- The chunks of a step that are not done. $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'PENDING' ORDER BY seq

-- name: ChunkEvict
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

-- name: ChunksOf
-- The chunks of a step of a run, in order. $1 run, $2 step. Index: run_chunk_pkey.
SELECT c.seq, c.after_loan, c.last_loan, r.business_date, r.previous_date
FROM run_chunk c JOIN run r ON r.run = c.run
WHERE c.run = $1 AND c.step = $2
ORDER BY c.seq
