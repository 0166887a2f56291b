-- Merges programs. Index: program_program_id_key.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE program t SET
        identification_number = s.identification_number, reporter_name = s.reporter_name,
        reporter_address = s.reporter_address, reporter_phone = s.reporter_phone, innovis_id = s.innovis_id,
        equifax_id = s.equifax_id, experian_id = s.experian_id, transunion_id = s.transunion_id,
        calendar = s.calendar, activity_cycle_ids = s.activity_cycle_ids
    FROM staged_programs s
    WHERE t.program_id = s.program_id
      AND (t.identification_number, t.reporter_name, t.reporter_address, t.reporter_phone, t.innovis_id, t.equifax_id,
          t.experian_id, t.transunion_id, t.calendar, t.activity_cycle_ids)
          IS DISTINCT FROM
          (s.identification_number, s.reporter_name, s.reporter_address, s.reporter_phone, s.innovis_id, s.equifax_id,
          s.experian_id, s.transunion_id, s.calendar, s.activity_cycle_ids)
    RETURNING 1
), inserted AS (
    INSERT INTO program (
        program_id, identification_number, reporter_name, reporter_address, reporter_phone, innovis_id, equifax_id,
        experian_id, transunion_id, calendar, activity_cycle_ids)
    SELECT
        s.program_id, s.identification_number, s.reporter_name, s.reporter_address, s.reporter_phone, s.innovis_id,
        s.equifax_id, s.experian_id, s.transunion_id, s.calendar, s.activity_cycle_ids
    FROM staged_programs s
    WHERE NOT EXISTS (SELECT FROM program t WHERE t.program_id = s.program_id)
    ORDER BY s.program_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
