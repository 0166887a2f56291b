-- Takes rows whose key came before in the file out of a staging table: those that say the same are dropped,
-- the others are rejected. Gives how many were rejected. The parser marked the rows for which it may be so
-- with {staging}.again. For all tables: {staging}, {key}, and the lists of the columns {row} of alias s and
-- {first_row} of alias f.
-- $1 import, $2 file, $3 column that the rejection names.
WITH member AS (
    SELECT ctid AS place, first_value(ctid) OVER (PARTITION BY {key} ORDER BY line) AS first_place
    FROM {staging}
    WHERE ({key}) IN (SELECT {key} FROM {staging} WHERE again)
), gone AS (
    DELETE FROM {staging} s
    USING member m JOIN {staging} f ON f.ctid = m.first_place
    WHERE s.ctid = m.place AND m.place <> m.first_place
    RETURNING s.line, ({row}) IS NOT DISTINCT FROM ({first_row}) AS same
), rejected AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, $2, line, $3, 'key', 'the key came before in this file with other values'
    FROM gone WHERE NOT same
    RETURNING 1
)
SELECT count(*) FROM rejected
