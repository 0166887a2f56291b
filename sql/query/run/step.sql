-- name: StepChunks
-- The chunks of a step: ranges of the loan key that together are the book, with equal counts of the loans that the
-- step picks; none if it picks no loan. {picked} is a query for those loans that may read the row night.
-- $1 run, $2 step, $3 last loan key of the book, $4 loans a chunk, $5 business date.
WITH night AS NOT MATERIALIZED (
    SELECT CAST($1 AS bigint) AS run, CAST(0 AS bigint) AS after_loan, CAST($3 AS bigint) AS last_loan, CAST($5 AS date) AS business_date
), numbered AS (
    SELECT loan, (row_number() OVER (ORDER BY loan) - 1) / $4 + 1 AS seq FROM ({picked}) p
), ends AS (
    SELECT seq, count(*) AS picked, CASE WHEN seq = max(seq) OVER () THEN $3 ELSE max(loan) END AS last_loan
    FROM numbered GROUP BY seq
)
INSERT INTO run_chunk (run, step, seq, after_loan, last_loan, picked_count, state)
SELECT $1, $2, seq, lag(last_loan, 1, CAST(0 AS bigint)) OVER (ORDER BY seq), last_loan, picked, 'PENDING'
FROM ends

-- name: StepChunksAlike
-- The chunks of a step that is done together with another one: that one's ranges, with the loans that this one picks.
-- $1 run, $2 step, $3 last loan key of the book, $4 the other step, $5 business date.
WITH night AS NOT MATERIALIZED (
    SELECT CAST($1 AS bigint) AS run, CAST(0 AS bigint) AS after_loan, CAST($3 AS bigint) AS last_loan, CAST($5 AS date) AS business_date
), laid AS (
    SELECT array_agg(after_loan + 1 ORDER BY seq) AS firsts FROM run_chunk WHERE run = $1 AND step = $4
), counted AS (
    SELECT width_bucket(p.loan, l.firsts) AS seq, count(*) AS picked FROM ({picked}) p CROSS JOIN laid l GROUP BY 1
)
INSERT INTO run_chunk (run, step, seq, after_loan, last_loan, picked_count, state)
SELECT $1, $2, c.seq, c.after_loan, c.last_loan, coalesce(n.picked, 0), 'PENDING'
FROM run_chunk c LEFT JOIN counted n ON n.seq = c.seq
WHERE c.run = $1 AND c.step = $4

-- name: StepStart
-- Marks a step as begun, before its chunks are laid out: operations are counted, because their numbers commit in any order.
-- $1 run, $2 step, $3 now. Locks: the row.
UPDATE run_step SET started_at = $3, last_import = (SELECT coalesce(max(import), 0) FROM import),
                    operations = (SELECT count(*) FROM operation)
WHERE run = $1 AND step = $2 AND started_at IS NULL

-- name: StepFinish
-- Marks a step as finished, once all its chunks are done. $1 run, $2 step, $3 now. Index: run_chunk_pending.
UPDATE run_step SET finished_at = $3
WHERE run = $1 AND step = $2 AND started_at IS NOT NULL AND finished_at IS NULL
  AND NOT EXISTS (SELECT FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'PENDING')

-- name: StepState
-- Whether a step has begun, and whether it is finished. $1 run, $2 step.
SELECT started_at IS NOT NULL AS started, finished_at IS NOT NULL AS finished FROM run_step WHERE run = $1 AND step = $2

-- name: StepRedo
-- Puts a step's chunks back: their work was taken back in the same transaction. $1 run, $2 step.
WITH exceptions AS (
    DELETE FROM run_exception WHERE run = $1 AND step = $2
)
UPDATE run_chunk SET state = 'PENDING', finished_at = NULL, read_count = 0, changed_count = 0, amount_cents = 0,
                     counts = CAST('{}' AS jsonb)
WHERE run = $1 AND step = $2

-- name: StepReconcile
-- The first chunk of a step that read fewer loans than it was laid out for; an import since then may have left it fewer, and
-- so may an operation, of a step that yields to them.
-- $1 run, $2 step, $3 whether it yields. Index: run_chunk_pkey.
SELECT c.seq, c.read_count, c.picked_count
FROM run_chunk c JOIN run_step s ON s.run = c.run AND s.step = c.step
WHERE c.run = $1 AND c.step = $2 AND c.read_count < c.picked_count
  AND NOT EXISTS (SELECT FROM import i WHERE i.import > s.last_import)
  AND NOT ($3 AND s.operations < (SELECT count(*) FROM operation))
ORDER BY c.seq LIMIT 1
