-- name: DisputeRead
-- What is written down of a dispute beside its case. $1 case. Index: dispute_pkey, loan_key_pkey.
SELECT u.loan, k.loan_id, u.channel, coalesce(u.bureau, '') AS bureau, coalesce(u.control_number, '') AS control_number, u.codes,
       u.bureau_due_on, u.received_on, u.informed_on, u.due_on, coalesce(u.answer, '') AS answer, u.answered_on,
       coalesce(u.checked, '') AS checked, u.copies, u.corrections, coalesce(f.case_id, '') AS fraud_case
FROM dispute u
JOIN loan_key k ON k.loan = u.loan
LEFT JOIN case_file f ON f.case_key = u.fraud_case
WHERE u.case_key = $1

-- name: DisputeAdd
-- Writes a dispute down, unless the ACDV is there already; it waits for another that writes it down. $1 case, $2 loan, $3 channel, $4 bureau, $5 control number, $6 codes, $7 by when the bureau wants its answer,
-- $8 received on, $9 due on, $10 operation. Index: dispute_pkey, dispute_control.
INSERT INTO dispute (case_key, loan, channel, bureau, control_number, codes, bureau_due_on, received_on, due_on, opened_operation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (bureau, control_number) WHERE bureau IS NOT NULL DO NOTHING

-- name: DisputeExtend
-- New information makes the clock of a dispute longer. $1 case, $2 when it came, $3 by when the bureau wants its answer, $4 due on.
-- Index: dispute_pkey.
UPDATE dispute SET informed_on = $2, bureau_due_on = $3, due_on = $4 WHERE case_key = $1

-- name: DisputeAnswer
-- The answer to a dispute. $1 case, $2 answer, $3 answered on, $4 operation, $5 what was checked, $6 copies, $7 corrections,
-- $8 case of a confirmed fraud. Index: dispute_pkey.
UPDATE dispute SET answer = $2, answered_on = $3, answer_operation = $4, checked = $5, copies = $6, corrections = $7, fraud_case = $8
WHERE case_key = $1

-- name: DisputeControl
-- The case of an ACDV. $1 bureau, $2 control number. Index: dispute_control.
SELECT case_key FROM dispute WHERE bureau = $1 AND control_number = $2

-- name: DisputeBureaus
-- The bureaus that the files of a loan's program go to. $1 loan. Index: loan_pkey, program_pkey, destination_program_name_key.
SELECT b.name FROM loan l
JOIN program p ON p.program = l.program
JOIN destination d ON d.program = l.program
CROSS JOIN LATERAL (VALUES
    ('EQUIFAX', d.equifax_id, p.equifax_id), ('EXPERIAN', d.experian_id, p.experian_id),
    ('INNOVIS', d.innovis_id, p.innovis_id), ('TRANSUNION', d.transunion_id, p.transunion_id)) AS b (name, listed, own)
WHERE l.loan = $1
  AND (d.listed AND b.listed IS NOT NULL
       OR b.own IS NOT NULL AND NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
GROUP BY b.name ORDER BY b.name
