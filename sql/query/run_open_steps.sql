-- The steps of a run, in order. $1 run, $2 step names.
INSERT INTO run_step (run, step, position)
SELECT $1, s.step, s.position
FROM unnest(CAST($2 AS text[])) WITH ORDINALITY AS s (step, position)
