-- Outgoing events, in the transaction of the change that they tell of (FS5). $1 run, $2 business date, $3 rows as JSON.
INSERT INTO outbox (loan, event_id, type, run, business_date, payload)
SELECT x.loan, x.event_id, x.type, $1, $2, x.payload
FROM json_to_recordset($3) AS x (loan bigint, event_id text, type text, payload jsonb)
