-- name: InquiryEvents
-- A page of the events that nobody acknowledged, by loan and id. $1 loan and $2 event to begin after, $3 with those that are done, $4 type,
-- empty: all; $5 rows. Index: outbox_pkey; the events that nobody acknowledged are few where somebody hears them.
SELECT loan, event_id, type, run, business_date, payload, state, attempts, next_at, coalesce(error, '') AS error, ended_at, coalesce(ended_by, '') AS ended_by
FROM outbox
WHERE (loan, event_id) > ($1, $2) AND ($3 OR state <> 'DONE') AND ($4 = '' OR type = $4)
ORDER BY loan, event_id LIMIT $5
