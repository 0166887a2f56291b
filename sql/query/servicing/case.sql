-- name: CaseByID
-- The key of a case, by its id or else by its external id. $1 id. Index: case_file_case_id_key, case_file_by_external_id.
SELECT case_key FROM case_file WHERE case_id = $1 OR external_id = $1 ORDER BY case_id = $1 DESC LIMIT 1

-- name: CaseByExternalID
-- The case of an external id. $1 external id. Index: case_file_by_external_id.
SELECT case_key, case_id FROM case_file WHERE external_id = $1

-- name: CaseSnooze
-- Snoozes a case until a date, or ends its snooze. $1 case, $2 date or null. Index: case_file_pkey.
UPDATE case_file SET snoozed_until = $2 WHERE case_key = $1

-- name: CaseView
-- Somebody has viewed a case. $1 case, $2 operation. Index: case_file_pkey.
UPDATE case_file SET viewed_operation = $2 WHERE case_key = $1

-- name: AssociationAdd
-- Associates a case with what other systems keep. $1 case, $2 kinds, $3 references, $4 operation. Index: case_association_pkey.
INSERT INTO case_association (case_key, kind, reference, operation)
SELECT $1, kind, reference, $4 FROM unnest(CAST($2 AS text[]), CAST($3 AS text[])) AS x (kind, reference)
ON CONFLICT DO NOTHING

-- name: AssociationRemove
-- Removes associations of a case. $1 case, $2 kinds, $3 references. Index: case_association_pkey.
DELETE FROM case_association a USING unnest(CAST($2 AS text[]), CAST($3 AS text[])) AS x (kind, reference)
WHERE a.case_key = $1 AND a.kind = x.kind AND a.reference = x.reference

-- name: EscalationRaise
-- Escalates a case. $1 case, $2 assignee or null, $3 operation, $4 business date. Index: case_escalation_open.
INSERT INTO case_escalation (case_key, assignee, raised_operation, raised_on) VALUES ($1, $2, $3, $4)

-- name: EscalationEnd
-- Ends the escalation of a case. $1 case, $2 operation, $3 business date. Index: case_escalation_open.
UPDATE case_escalation SET ended_operation = $2, ended_on = $3 WHERE case_key = $1 AND ended_operation IS NULL
