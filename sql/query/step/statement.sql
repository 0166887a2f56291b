-- name: ClosedRead
-- Those of some closures that have no statement yet. $1 loan keys, $2 the number of each one's closure; a loan may have several.
-- Index: loan_key_pkey, loan_state_pkey, statement_pkey.
SELECT k.loan, x.episode, k.loan_id, s.imported_after
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS integer[])) AS x (loan, episode)
JOIN loan_key k ON k.loan = x.loan AND k.loan = ANY($1)
JOIN loan_state s ON s.loan = x.loan
WHERE NOT EXISTS (SELECT FROM statement t WHERE t.loan = x.loan AND t.episode = x.episode)
ORDER BY k.loan, x.episode

-- name: ClosedCycles
-- The cycles of closed loans. $1 loans. Index: cycle_pkey.
SELECT loan, cycle_no, starts_on, ends_on, due_on, minimum_due_cents FROM cycle
WHERE loan = ANY($1) ORDER BY loan, ends_on, cycle_no

-- name: RunDates
-- The business dates that were run, in order.
SELECT business_date FROM run WHERE state <> 'ABANDONED' ORDER BY business_date

-- name: StatementEntries
-- The settled entries of closed loans, in the order in which they were posted; a reversal comes with the kind and amount of
-- the entry that it undoes, and with that one's date. $1 loans, $2 up to. Index: loan_transaction_by_loan.
SELECT t.loan, t.transaction_id, t.type, coalesce(o.type, t.type) AS kind, coalesce(o.amount_cents, t.amount_cents) AS amount_cents,
       t.effective_on, o.effective_on AS undoes_on, coalesce(t.reverses, '') AS reverses
FROM loan_transaction t
LEFT JOIN loan_transaction o ON t.type = 'REVERSAL' AND o.loan = t.loan AND o.transaction_id = t.reverses AND o.state = 'SETTLED'
WHERE t.loan = ANY($1) AND t.state = 'SETTLED' AND (t.type <> 'REVERSAL' OR o.loan IS NOT NULL) AND t.effective_on <= $2
ORDER BY t.loan, t.posted_at, t.transaction_id

-- name: StatementAdd
-- Final statements of a chunk (FS2 to FS4). $1 run, $2 business date, $3 rows as JSON. Index: statement_pkey.
INSERT INTO statement (loan, episode, run, business_date, status, closed_on, cycle_no, starts_on, ends_on,
    opening_balance_cents, closing_balance_cents, document)
SELECT x.loan, x.episode, $1, $2, x.status, x.closed_on, x.cycle_no, x.starts_on, x.ends_on,
       x.opening_balance_cents, x.closing_balance_cents, x.document
FROM json_to_recordset($3) AS x (loan bigint, episode integer, status text, closed_on date, cycle_no integer,
    starts_on date, ends_on date, opening_balance_cents bigint, closing_balance_cents bigint, document jsonb)

-- name: OutboxAdd
-- Outgoing events, in the transaction of the change that they tell of (FS5). $1 run, $2 business date, $3 rows as JSON.
INSERT INTO outbox (loan, event_id, type, run, business_date, payload)
SELECT x.loan, x.event_id, x.type, $1, $2, x.payload
FROM json_to_recordset($3) AS x (loan bigint, event_id text, type text, payload jsonb)
