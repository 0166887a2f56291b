-- The night is over. $1 run, $2 now.
UPDATE run SET state = 'CLOSED', finished_at = $2 WHERE run = $1 AND state = 'RUNNING'
