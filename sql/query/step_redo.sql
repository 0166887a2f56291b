-- Puts a step's chunks back: their work was taken back in the same transaction. $1 run, $2 step.
WITH exceptions AS (
    DELETE FROM run_exception WHERE run = $1 AND step = $2
)
UPDATE run_chunk SET state = 'PENDING', finished_at = NULL, read_count = 0, changed_count = 0, amount_cents = 0,
                     counts = CAST('{}' AS jsonb)
WHERE run = $1 AND step = $2
