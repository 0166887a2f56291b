-- The files that a run is building, oldest calendar date first. $1 run.
SELECT f.file, f.program, f.destination, f.as_of, f.previous_on, f.created_on, p.program_id, p.identification_number,
       p.reporter_name, p.reporter_address, coalesce(p.reporter_phone, '') AS reporter_phone,
       coalesce(p.innovis_id, '') AS innovis_id, coalesce(p.equifax_id, '') AS equifax_id,
       coalesce(p.experian_id, '') AS experian_id, coalesce(p.transunion_id, '') AS transunion_id,
       p.calendar, p.activity_cycle_ids
FROM bureau_file f JOIN program p ON p.program = f.program
WHERE f.run = $1 AND f.state = 'BUILDING'
ORDER BY f.as_of, p.program_id, f.file
