-- A file has its name: its records are on disk. $1 file.
DELETE FROM file_page WHERE file = $1
