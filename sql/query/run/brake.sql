-- name: BrakeFind
-- What braked a run, the newest of each brake and file. $1 run, $2 step; empty: every step. Index: run_brake_pkey.
SELECT DISTINCT ON (brake, about) brake, about, state, now, whole, allowed, before, coalesce(accepted_by, '') AS accepted_by,
       coalesce(accepted_why, '') AS accepted_why, accepted_at
FROM run_brake
WHERE run = $1 AND ($2 = '' OR step = $2)
ORDER BY brake, about, seq DESC

-- name: BrakePass
-- What stopped a step does not any more, unless it does so again at the same numbers. $1 run, $2 step. Index: run_brake_pkey.
UPDATE run_brake SET state = 'PASSED' WHERE run = $1 AND step = $2 AND state = 'BRAKED'

-- name: BrakeAdd
-- A brake stops a run; at the same numbers as before it is the same row.
-- $1 run, $2 step, $3 brake, $4 file, $5 now, $6 whole, $7 limit, $8 before, $9 now. Index: run_brake_pkey.
WITH again AS (
    UPDATE run_brake SET state = 'BRAKED'
    WHERE run = $1 AND step = $2 AND brake = $3 AND about = $4 AND state = 'PASSED' AND accepted_at IS NULL
      AND (now, whole, allowed) = ($5, $6, $7)
      AND seq = (SELECT max(o.seq) FROM run_brake o WHERE o.run = $1 AND o.brake = $3 AND o.about = $4)
    RETURNING 1
)
INSERT INTO run_brake (run, seq, step, brake, about, state, now, whole, allowed, before, braked_at)
SELECT $1, (SELECT coalesce(max(seq), 0) + 1 FROM run_brake WHERE run = $1), $2, $3, $4, 'BRAKED', $5, $6, $7, $8, $9
WHERE NOT EXISTS (SELECT FROM again)

-- name: BrakeAccept
-- A person lets a run go on beyond a limit, at its numbers. $1 run, $2 brake, $3 who, $4 why, $5 now. Index: run_brake_pkey.
UPDATE run_brake SET state = 'ACCEPTED', accepted_by = $3, accepted_why = $4, accepted_at = $5
WHERE run = $1 AND brake = $2 AND state = 'BRAKED'

-- name: ChunkRanges
-- The chunks of a step that are not done. $1 run, $2 step. Index: run_chunk_pkey.
SELECT seq, after_loan, last_loan FROM run_chunk WHERE run = $1 AND step = $2 AND state = 'PENDING' ORDER BY seq

-- name: ChunkSums
-- What the chunks of some steps did, as rows of their counts. $1 run, $2 steps. Index: run_chunk_pkey.
SELECT step, amount_cents, CAST(counts AS text) AS counts FROM run_chunk
WHERE run = $1 AND step = ANY (CAST($2 AS text[])) AND state = 'DONE'
