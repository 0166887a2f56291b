-- Cancels pending items (SP1 to SP3). $1 run, $2 business date, $3 rows as JSON. Index: scheduled_item_pkey.
UPDATE scheduled_item s SET state = 'CANCELLED', cancelled_on = $2, cancelled_run = $1, cancel_reason = x.reason
FROM json_to_recordset($3) AS x (loan bigint, id text, reason text)
WHERE s.item_id = x.id AND s.loan = x.loan AND s.state = 'PENDING'
