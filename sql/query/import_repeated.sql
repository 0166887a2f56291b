-- Takes rows whose key came before in the file out of a staging table: those that say the same are dropped,
-- the others are rejected. Gives how many were rejected. The parser marked the rows for which it may be so
-- with {staging}.again. For all tables: {staging}, {key}, and the lists of the columns {row} of alias s and
-- {first_row} of alias f.
-- $1 import, $2 file, $3 column that the rejection names.
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
), rejected AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, $2, line, $3, 'key', 'the key came before in this file with other values'
    FROM repeat WHERE NOT same
    RETURNING 1
)
SELECT count(*) FROM rejected
