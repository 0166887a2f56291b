-- Every program with its calendar and destinations. Few rows.
SELECT p.program, p.program_id, p.calendar, d.destination
FROM program p JOIN destination d ON d.program = p.program
ORDER BY p.program_id, d.name
