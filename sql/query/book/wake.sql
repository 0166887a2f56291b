-- name: WakeMissing
-- Wakes loans that came in by another door than the import. $1 last loan key of the book.
-- Index: loan_state_pkey, loan_wake_pkey; two counts where none is missing.
INSERT INTO loan_wake (loan)
SELECT s.loan FROM loan_state s
WHERE s.loan <= $1 AND (SELECT count(*) FROM loan_wake) < (SELECT count(*) FROM loan_state)
  AND NOT EXISTS (SELECT FROM loan_wake w WHERE w.loan = s.loan)
ORDER BY s.loan

-- name: WakeAnalyze
-- An import or a night changes most of these dates at once: the night is planned by how they are, not by how they were.
ANALYZE loan_wake (wake_on)

-- name: Wake
-- Wakes loans. $1 loan keys, $2 why. Locks: their rows of loan_wake. Index: loan_wake_pkey.
SELECT wake(CAST($1 AS bigint[]), CAST($2 AS text))

-- name: WakeSleep
-- Puts loans to sleep, each at the version at which it was decided. $1 loan keys, $2 versions, $3 dates.
-- Index: loan_wake_pkey.
UPDATE loan_wake w SET state = 'ASLEEP', wake_on = x.wake_on
FROM (SELECT unnest(CAST($1 AS bigint[])) AS loan, unnest(CAST($2 AS bigint[])) AS version,
             unnest(CAST($3 AS date[])) AS wake_on) x
WHERE w.loan = x.loan AND w.version = x.version AND w.loan = ANY($1)

-- name: WakeAdded
-- Wakes loans whose packed rows were given what they lacked. $1 loan keys, $2 why. The caller holds the book.
-- Index: loan_wake_pkey.
UPDATE loan_wake SET version = version + 1, state = 'AWAKE', wake_on = '-infinity', why = $2 WHERE loan = ANY($1)

-- name: WakeListed
-- The loans that some steps could not decide. $1 steps, $2 codes that only a person resolves. Reads run_exception once.
SELECT DISTINCT loan FROM run_exception
WHERE resolved_run IS NULL AND step = ANY (CAST($1 AS text[])) AND code <> ALL (CAST($2 AS text[]))

-- name: WakeAbandoned
-- Wakes the loans that a run has put to sleep, and perhaps some that slept before: what it decided of them was as of a
-- date that did not come. $1 run, $2 step. The caller holds the book. Index: run_chunk_pkey, loan_wake_pkey.
UPDATE loan_wake w SET version = w.version + 1, state = 'AWAKE', wake_on = '-infinity', why = 'abandoned'
FROM run_chunk c
WHERE c.run = $1 AND c.step = $2 AND c.state = 'DONE' AND w.loan > c.after_loan AND w.loan <= c.last_loan AND w.state = 'ASLEEP'

-- name: WakeLock
-- Locks the versions of loans, in the order of the key, as nights do. $1 loan keys. Locks: the rows of loan_wake.
-- Index: loan_wake_pkey.
SELECT loan FROM loan_wake WHERE loan = ANY($1) ORDER BY loan FOR NO KEY UPDATE

-- name: StateLock
-- Locks the states of loans that another door than the import brought in, and that no night has met yet: they have no
-- version. $1 loan keys. Locks: the rows of loan_state. Index: loan_state_pkey.
SELECT loan FROM loan_state WHERE loan = ANY($1) ORDER BY loan FOR NO KEY UPDATE
