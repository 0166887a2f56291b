-- name: BrakeBook
-- How many loans of a book are open, and the cents that were lent to them. $1 last loan key, $2 open statuses. Reads both
-- tables: asked only when a number is beyond what any book may do.
SELECT count(*) AS open, CAST(coalesce(sum(coalesce(l.original_amount_cents, l.credit_limit_cents)), 0) AS bigint) AS lent
FROM loan_state s JOIN loan l ON l.loan = s.loan
WHERE s.loan <= $1 AND s.status = ANY (CAST($2 AS text[]))

-- name: BrakeBefore
-- What a step counted in the last three closed nights, the latest first. $1 step, $2 counts to add up; the empty name: the
-- amount in cents. Index: run_chunk_pkey.
SELECT (SELECT CAST(coalesce(sum(CASE WHEN n.name = '' THEN c.amount_cents ELSE CAST(c.counts ->> n.name AS bigint) END), 0) AS bigint)
        FROM run_chunk c CROSS JOIN unnest(CAST($2 AS text[])) AS n (name)
        WHERE c.run = r.run AND c.step = $1)
FROM (SELECT run FROM run WHERE state = 'CLOSED' AND attempt = 1 ORDER BY business_date DESC LIMIT 3) r
ORDER BY r.run DESC

-- name: BrakeNews
-- When imports last brought something, before now and before each of the last three closed nights; null: never. The latest
-- first. Reads import_file, a row a file and import.
WITH news AS (
    SELECT i.finished_at FROM import i
    WHERE EXISTS (SELECT FROM import_file f WHERE f.import = i.import AND f.inserted + f.updated > 0)
), nights AS (
    SELECT run, business_date, started_at FROM run WHERE state = 'CLOSED' AND attempt = 1 ORDER BY business_date DESC LIMIT 3
)
SELECT CAST($1 AS date) AS business_date, (SELECT max(finished_at) FROM news) AS at, CAST(9223372036854775807 AS bigint) AS run
UNION ALL
SELECT n.business_date, (SELECT max(w.finished_at) FROM news w WHERE w.finished_at <= n.started_at), n.run FROM nights n
ORDER BY run DESC
