-- Final statements of a chunk (FS2 to FS4). $1 run, $2 business date, $3 rows as JSON. Index: statement_pkey.
INSERT INTO statement (loan, episode, run, business_date, status, closed_on, cycle_no, starts_on, ends_on,
    opening_balance_cents, closing_balance_cents, document)
SELECT x.loan, x.episode, $1, $2, x.status, x.closed_on, x.cycle_no, x.starts_on, x.ends_on,
       x.opening_balance_cents, x.closing_balance_cents, x.document
FROM json_to_recordset($3) AS x (loan bigint, episode integer, status text, closed_on date, cycle_no integer,
    starts_on date, ends_on date, opening_balance_cents bigint, closing_balance_cents bigint, document jsonb)
