-- Merges cases. Index: case_file_case_id_key.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE case_file t SET
        external_id = s.external_id, type = s.type, status = s.status, outcome = s.outcome, opened_on = s.opened_on,
        closed_on = s.closed_on, auto_created = s.auto_created, acknowledged = s.acknowledged,
        deleted_on = s.deleted_on, chapter = s.chapter, filed_on = s.filed_on, disposition = s.disposition,
        disposition_on = s.disposition_on, listed_outstanding_debt = s.listed_outstanding_debt,
        court_case_number = s.court_case_number
    FROM staged_cases s
    WHERE t.case_id = s.case_id
      AND (t.external_id, t.type, t.status, t.outcome, t.opened_on, t.closed_on, t.auto_created, t.acknowledged,
          t.deleted_on, t.chapter, t.filed_on, t.disposition, t.disposition_on, t.listed_outstanding_debt,
          t.court_case_number)
          IS DISTINCT FROM
          (s.external_id, s.type, s.status, s.outcome, s.opened_on, s.closed_on, s.auto_created, s.acknowledged,
          s.deleted_on, s.chapter, s.filed_on, s.disposition, s.disposition_on, s.listed_outstanding_debt,
          s.court_case_number)
    RETURNING 1
), inserted AS (
    INSERT INTO case_file (
        case_id, external_id, type, status, outcome, opened_on, closed_on, auto_created, acknowledged, deleted_on,
        chapter, filed_on, disposition, disposition_on, listed_outstanding_debt, court_case_number)
    SELECT
        s.case_id, s.external_id, s.type, s.status, s.outcome, s.opened_on, s.closed_on, s.auto_created,
        s.acknowledged, s.deleted_on, s.chapter, s.filed_on, s.disposition, s.disposition_on,
        s.listed_outstanding_debt, s.court_case_number
    FROM staged_cases s
    WHERE NOT EXISTS (SELECT FROM case_file t WHERE t.case_id = s.case_id)
    ORDER BY s.case_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
