-- Notes what became of a file. $1 import, $2 file, $3 rows, $4 inserted, $5 updated, $6 unchanged, $7 rejected.
INSERT INTO import_file (import, file, rows, inserted, updated, unchanged, rejected) VALUES ($1, $2, $3, $4, $5, $6, $7)
