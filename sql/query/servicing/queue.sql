-- name: QueueItems
-- Items of a queue that are in it now. $1 queue, $2 days of a dispute's clock, $3 codes that stand, $4 reason of a deletion that waits,
-- $5 items. Index: those of desk_queue.
SELECT q.item, q.loan, q.customer, q.case_key, i.closed IS NOT NULL AS closed
FROM desk_queue($1, $2, $3, $4) q LEFT JOIN desk_item i ON i.queue = q.queue AND i.item = q.item
WHERE q.item = ANY (CAST($5 AS text[]))
ORDER BY q.item COLLATE "C"

-- name: QueueSweep
-- Takes away what was kept of items that have left a queue. $1 to $4 as in QueueItems. Index: desk_item_pkey, those of desk_queue.
DELETE FROM desk_item i
WHERE i.queue = $1 AND NOT EXISTS (SELECT FROM desk_queue($1, $2, $3, $4) q WHERE q.item = i.item)

-- name: QueueAssign
-- Gives items of a queue an owner and a due date. $1 queue, $2 items, $3 whether the owner changes, $4 to whom or null, $5 whether the
-- due date changes, $6 to what or null. Index: desk_item_pkey.
INSERT INTO desk_item (queue, item, owner, due_on)
SELECT $1, x.item, CASE WHEN $3 THEN CAST($4 AS text) END, CASE WHEN $5 THEN CAST($6 AS date) END
FROM unnest(CAST($2 AS text[])) AS x (item) ORDER BY x.item
ON CONFLICT (queue, item) DO UPDATE
SET owner = CASE WHEN $3 THEN excluded.owner ELSE desk_item.owner END, due_on = CASE WHEN $5 THEN excluded.due_on ELSE desk_item.due_on END

-- name: QueueNote
-- Notes an operation on items of a queue. $1 queue, $2 items, $3 operation, $4 whether it takes them off the queue.
-- Index: desk_item_pkey.
INSERT INTO desk_item (queue, item, noted, closed)
SELECT $1, x.item, $3, CASE WHEN $4 THEN CAST($3 AS bigint) END
FROM unnest(CAST($2 AS text[])) AS x (item) ORDER BY x.item
ON CONFLICT (queue, item) DO UPDATE SET noted = excluded.noted, closed = coalesce(desk_item.closed, excluded.closed)

-- name: QueueAnswerOwner
-- Gives open answers of bureaus an owner. $1 answers, $2 owner. Index: answer_open.
UPDATE answer SET owner = $2 WHERE answer = ANY (CAST($1 AS bigint[])) AND state = 'OPEN'
