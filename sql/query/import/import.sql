-- name: ImportClose
-- Closes an import. $1 import, $2 now. Index: import_pkey.
UPDATE import SET finished_at = $2 WHERE import = $1

-- name: ImportFile
-- Notes what became of a file. $1 import, $2 file, $3 rows, $4 inserted, $5 updated, $6 unchanged, $7 rejected,
-- $8 whether its tables were analyzed.
INSERT INTO import_file (import, file, rows, inserted, updated, unchanged, rejected, analyzed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: ImportFileChanged
-- How many rows imports have brought of a file, and how many of them came or were updated since its tables were last
-- analyzed. $1 file. Reads import_file, a row a file and import.
SELECT coalesce(sum(inserted), 0) AS inserted,
       coalesce(sum(inserted + updated) FILTER (WHERE import > coalesce(
           (SELECT max(a.import) FROM import_file a WHERE a.file = $1 AND a.analyzed), 0)), 0) AS changed
FROM import_file WHERE file = $1

-- name: ImportFileRejects
-- The rows of one file that an import did not take. $1 import, $2 file, $3 at most so many. Index: import_reject_pkey.
SELECT file, line, column_name, value_class, reason FROM import_reject WHERE import = $1 AND file = $2 ORDER BY line LIMIT $3

-- name: ImportMissing
-- Rejects rows whose reference is not in the book. For all tables: {staging}, its {column}, and the table
-- {known} by its {known_key}. Looked at is the first of rows with the same references ({staging}.fresh): where nothing
-- is missing, the others are not read.
-- $1 import, $2 room for rejects, $3 file, $4 column that the rejection names.
WITH missing AS MATERIALIZED (
    SELECT DISTINCT s.{column} AS key
    FROM {staging} s
    WHERE s.fresh AND s.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {known} k WHERE k.{known_key} = s.{column})
), gone AS (
    DELETE FROM {staging} s USING missing m WHERE s.{column} = m.key
    RETURNING s.line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, $3, line, $4, 'key', 'missing reference: neither in the book nor among the good rows of this import'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportOpen
-- Opens an import. $1 directory, $2 now.
INSERT INTO import (directory, started_at, finished_at) VALUES ($1, $2, $2) RETURNING import

-- name: ImportQuarantine
-- Quarantines rows that the parser rejected. $1 import, $2 rows as JSON.
INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
SELECT $1, r.file, r.line, r."column", r.value_class, r.reason
FROM json_to_recordset($2) AS r (file text, line bigint, "column" text, value_class text, reason text)

-- name: ImportRejects
-- The rows that an import did not take, by file and line.
-- $1 import, $2 at most so many, $3 the files in their order. Index: import_reject_pkey.
SELECT file, line, column_name, value_class, reason
FROM import_reject
WHERE import = $1
ORDER BY array_position($3::text[], file), line
LIMIT $2

-- name: ImportRepeated
-- Takes rows whose key came before in the file out of a staging table: those that say the same are dropped,
-- the others are rejected. Gives how many were rejected. The parser marked the rows for which it may be so
-- with {staging}.again. For all tables: {staging}, {key}, and the lists of the columns {row} of alias s and
-- {first_row} of alias f.
-- $1 import, $2 room for rejects, $3 file, $4 column that the rejection names.
WITH member AS (
    SELECT ctid AS place, first_value(ctid) OVER (PARTITION BY {key} ORDER BY line) AS first_place
    FROM {staging}
    WHERE ({key}) IN (SELECT {key} FROM {staging} WHERE again)
), repeat AS MATERIALIZED (  -- few, and looked up by their places: the whole file would be joined to itself
    SELECT s.line, s.ctid AS place, ({row}) IS NOT DISTINCT FROM ({first_row}) AS same
    FROM (SELECT place, first_place FROM member WHERE place <> first_place) m
    CROSS JOIN LATERAL (SELECT ctid, * FROM {staging} s WHERE s.ctid = m.place OFFSET 0) s
    CROSS JOIN LATERAL (SELECT * FROM {staging} f WHERE f.ctid = m.first_place OFFSET 0) f
), gone AS (
    DELETE FROM {staging} WHERE ctid = ANY (ARRAY(SELECT place FROM repeat))
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, $3, line, $4, 'key', 'the key came before in this file with other values'
    FROM repeat WHERE NOT same ORDER BY line LIMIT $2
)
SELECT count(*) FROM repeat WHERE NOT same

-- name: ImportSettings
-- How the import's transaction works: much memory for few large statements, cursors that are read to their end, one commit
-- that is on disk. A row found by an index costs little more than the next one, as its upper pages are in memory: the news
-- of a few loans are not looked for in all of the book.
SELECT set_config('work_mem', '256MB', TRUE), set_config('hash_mem_multiplier', '2', TRUE),
       set_config('synchronous_commit', 'on', TRUE), set_config('jit', 'off', TRUE), set_config('timezone', 'UTC', TRUE),
       set_config('cursor_tuple_fraction', '1', TRUE), set_config('random_page_cost', '1.1', TRUE)

-- name: ImportAnalyze
-- A night puts most of the loans to sleep at once: which of them have news is planned by how they are, not by how they were
-- when the book came in.
ANALYZE loan_wake (state, wake_on)

-- name: ImportNewsFetch
-- More of the loans that a file has news of.
FETCH FORWARD 5000 FROM news

-- name: ImportNewsClose
-- The end of them.
CLOSE news

-- name: ImportIndexes
-- The indexes and foreign keys of tables, as statements that drop them and that make them again, in the order in which
-- these are run. None, if one of the tables is not ours to change, or has an index that would not be made again as it is.
-- $1 tables.
WITH named AS (
    SELECT oid FROM pg_class WHERE relnamespace = CAST('furnisher' AS regnamespace) AND relname = ANY (CAST($1 AS text[]))
), constraints AS (
    SELECT CASE x.contype WHEN 'f' THEN 3 ELSE 2 END AS place, x.oid,
           format('ALTER TABLE %s DROP CONSTRAINT %I', CAST(x.conrelid AS regclass), x.conname) AS drop,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', CAST(x.conrelid AS regclass), x.conname, pg_get_constraintdef(x.oid)) AS make
    FROM pg_constraint x
    WHERE x.conrelid IN (SELECT oid FROM named) AND x.contype IN ('p', 'u', 'f')
), indexes AS (
    SELECT i.indexrelid, format('DROP INDEX %s', CAST(i.indexrelid AS regclass)) AS drop, pg_get_indexdef(i.indexrelid) AS make,
           EXISTS (SELECT FROM pg_constraint x WHERE x.conindid = i.indexrelid AND x.contype IN ('p', 'u')) AS of_constraint
    FROM pg_index i
    WHERE i.indrelid IN (SELECT oid FROM named)
)
SELECT s.drop, s.make
FROM (SELECT 1 AS place, indexrelid AS oid, drop, make FROM indexes WHERE NOT of_constraint
      UNION ALL SELECT place, oid, drop, make FROM constraints) s
WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid IN (SELECT oid FROM named) AND NOT pg_has_role(c.relowner, 'USAGE'))
  AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid IN (SELECT oid FROM named))
  AND NOT EXISTS (SELECT FROM pg_class c JOIN indexes i ON i.indexrelid = c.oid
                  WHERE c.reltablespace <> 0 OR (i.of_constraint AND c.reloptions IS NOT NULL))
ORDER BY s.place, s.oid
