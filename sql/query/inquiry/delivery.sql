-- name: InquiryDeliveries
-- A page of the attempts to deliver files, the newest file first, then by receiver and attempt, each with the delivery's state.
-- $1 file, 0: all; $2 to $4 file, receiver and attempt to begin after, $2 null: at the start; $5 rows. Index: delivery_attempt_pkey.
SELECT a.file, a.receiver, d.state, d.by_hand, d.name, a.attempt, d.next_at, a.place, a.who, a.began_at, a.ended_at,
       coalesce(a.bytes, 0) AS bytes, coalesce(a.sha256, '') AS sha256, coalesce(a.host_key, '') AS host_key,
       coalesce(a.outcome, '') AS outcome, coalesce(a.error, '') AS error
FROM delivery_attempt a JOIN delivery d ON d.file = a.file AND d.receiver = a.receiver
WHERE ($1 = CAST(0 AS bigint) OR a.file = $1)
  AND (CAST($2 AS bigint) IS NULL OR (-a.file, a.receiver COLLATE "C", a.attempt) > (-CAST($2 AS bigint), $3, CAST($4 AS integer)))
ORDER BY a.file DESC, a.receiver COLLATE "C", a.attempt LIMIT $5
