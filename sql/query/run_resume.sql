-- An unfinished run goes on. $1 run.
UPDATE run SET state = 'RUNNING', stopped_because = NULL WHERE run = $1
