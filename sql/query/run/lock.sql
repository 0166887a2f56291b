-- name: LockSession
-- How a session holds the book: it waits for it as long as a person would, it is not ended for being idle, and the
-- server notices within a minute when its machine is lost. $1 patience.
SELECT set_config('lock_timeout', $1, FALSE), set_config('idle_session_timeout', '0', FALSE),
       set_config('tcp_keepalives_idle', '30', FALSE), set_config('tcp_keepalives_interval', '10', FALSE),
       set_config('tcp_keepalives_count', '3', FALSE)

-- name: LockName
-- Names the session for those who ask who holds a lock. $1 name, of which the server keeps 63 bytes.
SELECT set_config('application_name', $1, FALSE)

-- name: LockHolder
-- The name of the session that holds a lock alone. Sessions of other roles may hide theirs. $1 key.
SELECT coalesce(nullif(a.application_name, ''), format('server process %s', a.pid))
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ExclusiveLock'
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND l.classid = CAST(CAST($1 AS bigint) >> 32 AS oid) AND l.objid = CAST(CAST($1 AS bigint) & 4294967295 AS oid) AND l.objsubid = 1

-- name: LockHeld
-- Whether a session holds a lock alone. $1 key.
SELECT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.classid = CAST(CAST($1 AS bigint) >> 32 AS oid) AND l.objid = CAST(CAST($1 AS bigint) & 4294967295 AS oid) AND l.objsubid = 1)

-- name: LockTake
-- Takes a lock of the session. $1 key. Locks: that key, until the session gives it back or ends.
SELECT pg_advisory_lock($1)

-- name: LockShare
-- Takes a lock that others share, for the session. $1 key. Locks: that key, shared, until the session ends.
SELECT pg_advisory_lock_shared($1)

-- name: LockOust
-- Ends the sessions that share a lock. Those of other roles whose rights this one has not are left. $1 key.
WITH sharing AS MATERIALIZED (
    SELECT DISTINCT a.pid
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.classid = CAST(CAST($1 AS bigint) >> 32 AS oid) AND l.objid = CAST(CAST($1 AS bigint) & 4294967295 AS oid) AND l.objsubid = 1
      AND a.pid <> pg_backend_pid() AND pg_has_role(a.usesysid, 'USAGE')
)
SELECT count(*) FROM sharing WHERE pg_terminate_backend(pid)

-- name: LockGive
-- Gives a lock of the session back. $1 key.
SELECT pg_advisory_unlock($1)

-- name: LockRelease
-- Gives all locks of the session back, and its patience.
SELECT pg_advisory_unlock_all(), set_config('lock_timeout', '0', FALSE)

-- name: LockPing
-- Asks the session that holds the book whether it lives.
SELECT 1

-- name: LockFence
-- Whether the one for whom this transaction works holds the book. Until it ends nobody else gets the book, because whoever
-- takes it waits for the first key. The second one is held if it cannot be had, as long as the holder's session lives. A
-- machine that is lost in the middle of the transaction gives its locks back within a minute.
-- $1 key that work shares, $2 key that the holder's session has locked. Locks: the first, shared, until the end.
SELECT CASE WHEN pg_try_advisory_xact_lock_shared($1) THEN NOT pg_try_advisory_xact_lock_shared($2) ELSE FALSE END
FROM (SELECT set_config('tcp_keepalives_idle', '30', TRUE), set_config('tcp_keepalives_interval', '10', TRUE),
             set_config('tcp_keepalives_count', '3', TRUE), set_config('tcp_user_timeout', '60000', TRUE) OFFSET 0) s

-- name: LockEvict
-- Ends the sessions whose transactions have kept the key that work shares for too long: frozen, or behind a lost line.
-- Sessions of other roles are not seen. $1 the key, $2 seconds.
WITH kept AS MATERIALIZED (
    SELECT a.pid
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.classid = CAST(CAST($1 AS bigint) >> 32 AS oid) AND l.objid = CAST(CAST($1 AS bigint) & 4294967295 AS oid) AND l.objsubid = 1
      AND a.pid <> pg_backend_pid() AND clock_timestamp() - a.xact_start > make_interval(secs => $2)
)
SELECT count(*) FROM kept WHERE pg_terminate_backend(pid)

-- name: LockFree
-- Whether nobody holds the book, and nobody gets it until this transaction ends. $1 its key. Locks: that key.
SELECT pg_try_advisory_xact_lock($1)

-- name: LockJoin
-- Takes a lock that others share, for a transaction. $1 key. Locks: that key, shared, until the end.
SELECT pg_advisory_xact_lock_shared($1)

-- name: LockAlone
-- Takes a lock that others share alone, for a transaction: it waits for those that have it. $1 key. Locks: that key, until
-- the end.
SELECT pg_advisory_xact_lock($1)
