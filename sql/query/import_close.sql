-- Closes an import. $1 import, $2 now. Index: import_pkey.
UPDATE import SET finished_at = $2 WHERE import = $1
