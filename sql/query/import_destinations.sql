-- Gives each program its destination: one file to all bureaus that its header names. Counts as nothing.
WITH inserted AS (
    INSERT INTO destination (program, name)
    SELECT p.program, 'bureaus'
    FROM staged_programs s JOIN program p ON p.program_id = s.program_id
    WHERE NOT EXISTS (SELECT FROM destination d WHERE d.program = p.program AND d.name = 'bureaus')
    ORDER BY p.program
)
SELECT 0 AS inserted, 0 AS updated
