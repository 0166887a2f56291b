-- Whether a process that does not hold the book may work on a chunk in this transaction: not while the book is changed.
-- A machine that is lost in the middle of it gives its row locks back within a minute.
-- $1 key of the lock for guests. Locks: that key, shared, until the transaction ends.
SELECT pg_try_advisory_xact_lock_shared($1)
FROM (SELECT set_config('tcp_keepalives_idle', '30', TRUE), set_config('tcp_keepalives_interval', '10', TRUE),
             set_config('tcp_keepalives_count', '3', TRUE), set_config('tcp_user_timeout', '60000', TRUE) OFFSET 0) s
