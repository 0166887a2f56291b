-- name: DeliveryFile
-- A file to be delivered, and the how manieth of its destination and date it is. $1 file. Index: bureau_file_pkey; a destination has a file a month.
SELECT f.file, f.state, f.as_of, f.created_on, coalesce(f.name, '') AS name, coalesce(f.path, '') AS path,
       coalesce(f.sha256, '') AS sha256, coalesce(f.bytes, 0) AS bytes, p.program_id, d.name AS destination,
       (SELECT count(*) FROM bureau_file o WHERE o.destination = f.destination AND o.as_of = f.as_of AND o.file <= f.file) AS generation
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE f.file = $1

-- name: DeliveryReleased
-- The files that are released and not sent, oldest first. Few rows.
SELECT file FROM bureau_file WHERE state = 'RELEASED' ORDER BY file

-- name: DeliveryLock
-- The state of a file, which nobody changes until the transaction ends. $1 file. Locks: the file's row.
SELECT state FROM bureau_file WHERE file = $1 FOR UPDATE

-- name: DeliveryKnown
-- Where a file goes, so far as that was tried. $1 file. Index: delivery_pkey.
SELECT receiver, state, by_hand, name, attempts, next_at FROM delivery WHERE file = $1

-- name: DeliveryBegin
-- Notes that an attempt begins, and returns its number and the name that the file has at the receiver, which stays the first one.
-- $1 file, $2 receiver, $3 by hand, $4 name, $5 when to try again at the earliest. Index: delivery_pkey.
INSERT INTO delivery AS d (file, receiver, state, by_hand, name, attempts, next_at)
VALUES ($1, $2, 'WAITING', $3, $4, 1, $5)
ON CONFLICT (file, receiver) DO UPDATE SET attempts = d.attempts + 1, by_hand = excluded.by_hand, next_at = excluded.next_at
WHERE d.state <> 'DELIVERED'
RETURNING attempts, name

-- name: DeliveryAttemptAdd
-- $1 file, $2 receiver, $3 attempt, $4 place, $5 who, $6 now.
INSERT INTO delivery_attempt (file, receiver, attempt, place, who, began_at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: DeliverySending
-- From here on the file may be at the receiver. $1 file, $2 receiver, $3 attempt, $4 bytes, $5 SHA-256. Index: delivery_pkey.
WITH sent AS (
    UPDATE delivery_attempt SET bytes = $4, sha256 = $5 WHERE file = $1 AND receiver = $2 AND attempt = $3
)
UPDATE delivery SET state = 'SENDING' WHERE file = $1 AND receiver = $2 AND attempts = $3

-- name: DeliverySent
-- What attempts sent, or meant to: the newest first. $1 file, $2 receiver. Index: delivery_attempt_pkey.
SELECT attempt, bytes, sha256 FROM delivery_attempt WHERE file = $1 AND receiver = $2 AND sha256 IS NOT NULL ORDER BY attempt DESC

-- name: DeliveryAttemptEnd
-- $1 file, $2 receiver, $3 attempt, $4 outcome, $5 error, $6 host key, $7 now; of what was found there: $8 bytes, 0: none was, and $9 SHA-256.
UPDATE delivery_attempt SET outcome = $4, error = nullif($5, ''), host_key = nullif($6, ''), ended_at = $7,
    bytes = coalesce(nullif($8, CAST(0 AS bigint)), bytes), sha256 = coalesce(nullif($9, ''), sha256)
WHERE file = $1 AND receiver = $2 AND attempt = $3

-- name: DeliveryEnd
-- $1 file, $2 receiver, $3 state, $4 when to try again at the earliest. An attempt whose place another one took changes a delivery only to
-- DELIVERED. $5 attempt. Index: delivery_pkey.
UPDATE delivery SET state = $3, next_at = $4
WHERE file = $1 AND receiver = $2 AND state <> 'DELIVERED' AND (attempts = $5 OR $3 = 'DELIVERED')

-- name: DeliveryTake
-- The right to deliver a file, which one process has at a time, for as long as its session lasts. $1 key of the lock.
SELECT pg_try_advisory_lock($1)

-- name: DeliveryGive
-- Gives that right back. $1 key of the lock.
SELECT pg_advisory_unlock($1)
