-- name: JobOpen
-- The row of what a form began; none if its key is known. Rows from before a date go. $1 key, $2 kind, $3 about, $4 digest, $5 who,
-- $6 role, $7 now, $8 the date. Index: console_job_pkey, console_job_began.
WITH old AS (
    DELETE FROM console_job WHERE began_at < $8
)
INSERT INTO console_job (job, kind, about, digest, who, role, began_at, beat_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (job) DO NOTHING
RETURNING job

-- name: JobDigest
-- What the form of a key asked. $1 key. Index: console_job_pkey.
SELECT digest FROM console_job WHERE job = $1

-- name: JobBeat
-- The process that does it is there. $1 key, $2 now. Index: console_job_pkey.
UPDATE console_job SET beat_at = $2 WHERE job = $1 AND ended_at IS NULL

-- name: JobClose
-- How it ended. $1 key, $2 now, $3 outcome, $4 what the person is told. Index: console_job_pkey.
UPDATE console_job SET beat_at = $2, ended_at = $2, outcome = $3, result = $4 WHERE job = $1 AND ended_at IS NULL
