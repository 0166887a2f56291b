-- Files of the bureaus, newest last. $1 run; 0: of all runs. Index: none needed, few rows.
SELECT f.file, f.run, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state, coalesce(f.state_why, '') AS state_why,
       coalesce(f.name, '') AS name, coalesce(f.path, '') AS path, coalesce(f.sha256, '') AS sha256,
       coalesce(f.bytes, 0) AS bytes, coalesce(f.records, 0) AS records, coalesce(f.excluded, 0) AS excluded,
       (SELECT count(*) FROM deletion x WHERE x.file = f.file) AS deletions
FROM bureau_file f JOIN program p ON p.program = f.program JOIN destination d ON d.destination = f.destination
WHERE $1 = CAST(0 AS bigint) OR f.run = $1
ORDER BY f.file
