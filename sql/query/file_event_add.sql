-- The history of a file's state. $1 file, $2 state, $3 who, $4 why, $5 now. Index: bureau_file_event_pkey.
INSERT INTO bureau_file_event (file, seq, state, who, why, at)
SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM bureau_file_event WHERE file = $1
