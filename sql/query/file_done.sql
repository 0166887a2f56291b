-- A file was written. $1 file, $2 name, $3 path, $4 sha256, $5 bytes, $6 records.
UPDATE bureau_file f SET state = 'GENERATED', name = $2, path = $3, sha256 = $4, bytes = $5, records = $6,
    excluded = (SELECT count(*) FROM excluded e WHERE e.file = f.file)
WHERE f.file = $1 AND f.state = 'BUILDING'
