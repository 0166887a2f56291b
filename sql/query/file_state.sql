-- A file for a change of its state. $1 file. Locks: the row.
SELECT state FROM bureau_file WHERE file = $1 FOR UPDATE
