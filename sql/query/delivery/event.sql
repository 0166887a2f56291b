-- name: EventClaim
-- Takes the next event that is due, counts the attempt, and keeps it from others until the pause is over. $1 now, $2 pauses after the
-- first, second, ... attempt, in seconds; the last one holds for all that follow. Locks: the row; those of others are passed by.
-- Index: outbox_new.
UPDATE outbox SET attempts = attempts + 1,
    next_at = CAST($1 AS timestamptz) + make_interval(secs => (CAST($2 AS double precision[]))[least(attempts + 1, cardinality($2))])
WHERE (loan, event_id) = (
    SELECT loan, event_id FROM outbox WHERE state = 'NEW' AND (next_at IS NULL OR next_at <= $1)
    ORDER BY next_at NULLS FIRST, loan, event_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING loan, event_id, type, business_date, payload, attempts

-- name: EventEnd
-- Notes how an attempt went. $1 loan, $2 event, $3 attempt, $4 state, $5 error, $6 who, $7 now. One that was acknowledged meanwhile stays.
UPDATE outbox SET state = $4, error = nullif($5, ''),
    ended_at = CASE WHEN $4 <> 'NEW' THEN CAST($7 AS timestamptz) END, ended_by = CASE WHEN $4 <> 'NEW' THEN $6 END
WHERE loan = $1 AND event_id = $2 AND attempts = $3 AND state = 'NEW'

-- name: EventAck
-- Acknowledges events. $1 their ids, null: all that nobody acknowledged; $2 who, $3 now. Index: outbox_new, outbox_dead.
UPDATE outbox SET state = 'DONE', ended_at = $3, ended_by = $2
WHERE state <> 'DONE' AND (CAST($1 AS text[]) IS NULL OR event_id = ANY ($1))

-- name: EventRetry
-- Lets events be sent again, as if they were new. $1 their ids, null: all that were given up.
UPDATE outbox SET state = 'NEW', attempts = 0, next_at = NULL, ended_at = NULL, ended_by = NULL
WHERE (CAST($1 AS text[]) IS NULL AND state = 'DEAD') OR event_id = ANY ($1)

-- name: EventKnown
-- The ids among some that are those of events. $1 ids. No index: a person asks for a few.
SELECT DISTINCT event_id FROM outbox WHERE event_id = ANY ($1)
