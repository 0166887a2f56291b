-- A run stopped where it can be resumed. $1 run, $2 why.
UPDATE run SET state = 'STOPPED', stopped_because = $2 WHERE run = $1 AND state = 'RUNNING'
