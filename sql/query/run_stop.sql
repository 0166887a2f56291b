-- A run stopped where it can be resumed; said twice, the later reason stands. $1 run, $2 why.
UPDATE run SET state = 'STOPPED', stopped_because = $2 WHERE run = $1 AND state IN ('RUNNING', 'STOPPED')
