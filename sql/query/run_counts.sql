-- The named counts of a run's chunks. $1 run. Index: run_chunk_pkey.
SELECT step, CAST(counts AS text) AS counts FROM run_chunk WHERE run = $1 AND counts <> CAST('{}' AS jsonb)
