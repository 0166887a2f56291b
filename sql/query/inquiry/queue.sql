-- name: InquiryQueues
-- What is in each queue: how many items, how many without an owner, how many past their due date, since when the oldest, and which is
-- due next. $1 queue or empty for all, $2 days of a dispute's clock, $3 codes that stand, $4 reason of a deletion that waits, $5 date
-- that it is meant of. Index: those of desk_queue, desk_item_pkey.
SELECT q.queue, count(*) AS items, count(*) FILTER (WHERE coalesce(q.owner, i.owner) IS NULL) AS unowned,
       count(*) FILTER (WHERE coalesce(q.due_on, i.due_on) < CAST($5 AS date)) AS late,
       min(q.since) AS oldest, min(coalesce(q.due_on, i.due_on)) AS next_due
FROM desk_queue($1, $2, $3, $4) q
LEFT JOIN desk_item i ON i.queue = q.queue AND i.item = q.item
WHERE i.closed IS NULL
GROUP BY q.queue

-- name: InquiryQueueItems
-- A page of a queue, by due date (what has none comes last) or by age. $1 queue, $2 days of a dispute's clock, $3 codes that stand,
-- $4 reason of a deletion that waits, $5 whether by due date; what is wanted, empty for all: $6 owner, - for those without one,
-- $7 program id, $8 one item; $9 due date or infinity, $10 since when and $11 item to begin after, $12 rows.
-- Index: those of desk_queue, desk_item_pkey; of a program and of the page: loan_pkey, operation_pkey, case_file_pkey, customer_pkey.
WITH page AS (
    SELECT q.queue, q.item, q.loan, q.customer, q.case_key, q.what, q.detail, q.since, coalesce(q.due_on, i.due_on) AS due_on,
           coalesce(q.owner, i.owner) AS owner, i.noted,
           CASE WHEN CAST($5 AS boolean) THEN coalesce(q.due_on, i.due_on, 'infinity') ELSE q.since END AS first
    FROM desk_queue($1, $2, $3, $4) q
    LEFT JOIN desk_item i ON i.queue = q.queue AND i.item = q.item
    WHERE i.closed IS NULL
      AND ($6 = '' OR coalesce(q.owner, i.owner, '-') = $6)
      AND ($7 = '' OR (SELECT g.program_id FROM loan l JOIN program g ON g.program = l.program WHERE l.loan = q.loan) = $7) -- by key: an EXISTS may read all loans once instead
      AND ($8 = '' OR q.item = $8)
)
SELECT p.item, p.what, p.detail, p.since, p.due_on, coalesce(p.owner, '') AS owner, coalesce(o.why, '') AS note, coalesce(o.who, '') AS noted_by,
       o.at AS noted_at, coalesce(l.loan_id, '') AS loan_id, coalesce(l.account_number, '') AS account_number,
       coalesce(g.program_id, '') AS program_id, coalesce(k.case_id, '') AS case_id, coalesce(c.customer_id, '') AS customer_id
FROM (
    SELECT * FROM page
    WHERE (first, since, item COLLATE "C") > (coalesce(CAST($9 AS date), '-infinity'), coalesce(CAST($10 AS date), '-infinity'), $11)
    ORDER BY first, since, item COLLATE "C" LIMIT $12
) p
LEFT JOIN loan l ON l.loan = p.loan
LEFT JOIN program g ON g.program = l.program
LEFT JOIN case_file k ON k.case_key = p.case_key
LEFT JOIN customer c ON c.customer = p.customer
LEFT JOIN operation o ON o.operation = p.noted
ORDER BY p.first, p.since, p.item COLLATE "C"
