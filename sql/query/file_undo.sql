-- Takes back what the chunks of a run made for its files that are not written yet, so that they can be made again.
-- $1 run. Index: reported_by_file, excluded_by_file, file_page_pkey.
WITH building AS (
    SELECT file FROM bureau_file WHERE run = $1 AND state = 'BUILDING'
), pages AS (
    DELETE FROM file_page WHERE file IN (SELECT file FROM building)
), reports AS (
    DELETE FROM reported WHERE file IN (SELECT file FROM building)
), exclusions AS (
    DELETE FROM excluded WHERE file IN (SELECT file FROM building)
)
DELETE FROM deletion WHERE file IN (SELECT file FROM building)
