-- A file that a run owes: a destination's calendar date, unless a live file has it or the program has no loan opened by
-- then. $1 run, $2 program, $3 destination, $4 as of, $5 previous calendar date, $6 created on.
INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
SELECT (SELECT coalesce(max(file), 0) + 1 FROM bureau_file), $1, $2, $3, $4, $5, $6, 'BUILDING'
WHERE EXISTS (SELECT FROM loan WHERE program = $2 AND opened_on <= $4)
  AND NOT EXISTS (SELECT FROM bureau_file WHERE destination = $3 AND as_of = $4 AND state NOT IN ('VOIDED', 'REJECTED'))
