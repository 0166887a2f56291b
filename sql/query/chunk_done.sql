-- A chunk is done: committed with its work.
-- $1 run, $2 step, $3 seq, $4 attempts, $5 read, $6 changed, $7 amount in cents, $8 counts, $9 started, $10 now.
UPDATE run_chunk SET state = 'DONE', attempts = $4, read_count = $5, changed_count = $6, amount_cents = $7,
                     counts = $8, started_at = $9, finished_at = $10
WHERE run = $1 AND step = $2 AND seq = $3
