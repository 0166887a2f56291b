-- Changes a file's state. $1 file, $2 state, $3 why.
UPDATE bureau_file SET state = $2, state_why = $3 WHERE file = $1
