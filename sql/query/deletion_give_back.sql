-- A file did not count: its deletions go into the next one (DC6). $1 file.
UPDATE deletion SET live = FALSE WHERE file = $1
