-- name: RunFind
-- The runs that decide whether a business date may be run: that date's own, the unfinished one, and the latest closed.
-- $1 business date. Locks: none. Index: run_one_per_date, run_one_unfinished.
SELECT run, business_date, attempt, previous_date, plan_hash, state, last_loan
FROM run
WHERE state <> 'ABANDONED'
  AND (business_date = $1 OR state IN ('RUNNING', 'STOPPED')
       OR business_date = (SELECT max(business_date) FROM run WHERE state = 'CLOSED'))
ORDER BY business_date, attempt

-- name: RunOpen
-- Opens the run of a business date over the book as it is now.
-- $1 business date, $2 plan hash, $3 program version, $4 who, $5 why, $6 now. The caller holds the book.
INSERT INTO run (run, business_date, previous_date, plan_hash, program_version, state, who, why, last_loan, started_at)
SELECT (SELECT coalesce(max(run), 0) + 1 FROM run), $1, (SELECT max(business_date) FROM run WHERE state = 'CLOSED'), $2, $3, 'RUNNING', $4, $5,
       (SELECT coalesce(max(loan), 0) FROM loan), $6
RETURNING run, previous_date, last_loan

-- name: RunOpenAgain
-- Opens another attempt at the business date of a closed run, over the book as it is now.
-- $1 that run, $2 plan hash, $3 program version, $4 who, $5 why, $6 now. The caller holds the book.
INSERT INTO run (run, business_date, attempt, previous_date, plan_hash, program_version, state, who, why, last_loan, started_at)
SELECT (SELECT max(run) + 1 FROM run), o.business_date, o.attempt + 1, o.previous_date, $2, $3, 'RUNNING', $4, $5,
       (SELECT coalesce(max(loan), 0) FROM loan), $6
FROM run o WHERE o.run = $1
RETURNING run, previous_date, last_loan

-- name: RunOpenSteps
-- The steps of a run, in order. $1 run, $2 step names.
INSERT INTO run_step (run, step, position)
SELECT $1, s.step, s.position
FROM unnest(CAST($2 AS text[])) WITH ORDINALITY AS s (step, position)

-- name: RunResume
-- An unfinished run goes on. $1 run.
UPDATE run SET state = 'RUNNING', stopped_because = NULL WHERE run = $1 AND state IN ('RUNNING', 'STOPPED')

-- name: RunStop
-- A run stopped where it can be resumed; said twice, the later reason stands. $1 run, $2 why.
UPDATE run SET state = 'STOPPED', stopped_because = $2 WHERE run = $1 AND state IN ('RUNNING', 'STOPPED')

-- name: RunLeave
-- A run that nobody leads any more is stopped. $1 run, $2 why.
UPDATE run SET state = 'STOPPED', stopped_because = $2 WHERE run = $1 AND state = 'RUNNING'

-- name: RunClose
-- The night is over, once all its steps are. $1 run, $2 now.
UPDATE run SET state = 'CLOSED', finished_at = $2
WHERE run = $1 AND state = 'RUNNING' AND NOT EXISTS (SELECT FROM run_step WHERE run = $1 AND finished_at IS NULL)

-- name: RunOfChunk
-- What a run is, for one of its chunks. $1 run.
SELECT run, business_date, previous_date, last_loan FROM run WHERE run = $1

-- name: RunJoin
-- How the night of a business date stands, and its step that is open.
-- $1 business date. Index: run_one_per_date.
SELECT r.run, r.previous_date, r.last_loan, r.state, coalesce(r.stopped_because, '') AS stopped_because, r.plan_hash,
       coalesce(s.step, '') AS step
FROM run r
LEFT JOIN run_step s ON s.run = r.run AND s.started_at IS NOT NULL AND s.finished_at IS NULL
WHERE r.business_date = $1 AND r.state <> 'ABANDONED'

-- name: RunFirst
-- The date on which the book's first loan was opened. Reads the whole table: asked only while no run was closed.
SELECT min(opened_on) FROM loan

-- name: RunNote
-- Adds a note to the reason of a run. $1 run, $2 note.
UPDATE run SET why = why || CAST($2 AS text) WHERE run = $1

-- name: RunStanding
-- How far the book has come: its first and last closed dates, the unfinished one, and whether a date was closed.
-- $1 business date. Index: run_one_per_date, run_one_unfinished.
SELECT (SELECT min(business_date) FROM run WHERE state = 'CLOSED') AS first,
       (SELECT max(business_date) FROM run WHERE state = 'CLOSED') AS last,
       (SELECT business_date FROM run WHERE state IN ('RUNNING', 'STOPPED')) AS unfinished,
       EXISTS (SELECT FROM run WHERE business_date = $1 AND state = 'CLOSED') AS ran

-- name: RunState
-- A run by its number. $1 run. Locks: the row.
SELECT run, business_date, previous_date, plan_hash, state, last_loan FROM run WHERE run = $1 FOR UPDATE

-- name: RunChanged
-- The first chunk of a run that changed something. $1 run. Index: run_chunk_pkey.
SELECT c.step, c.seq, c.changed_count
FROM run_chunk c JOIN run_step s ON s.run = c.run AND s.step = c.step
WHERE c.run = $1 AND c.changed_count > 0 ORDER BY s.position, c.seq LIMIT 1

-- name: RunAbandon
-- A run is taken back. $1 run, $2 now, $3 who, $4 why.
UPDATE run SET state = 'ABANDONED', stopped_because = NULL, finished_at = $2, why = format('%s; abandoned by %s: %s', why, CAST($3 AS text), CAST($4 AS text))
WHERE run = $1 AND state IN ('RUNNING', 'STOPPED')

-- name: RunUnfinished
-- The business date of the run that is not finished. Index: run_one_unfinished.
SELECT business_date FROM run WHERE state IN ('RUNNING', 'STOPPED')
