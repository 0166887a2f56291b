-- name: InquiryCorrections
-- A page of the corrections, in the order of recording. $1 correction to begin after, $2 only those that lock a field, $3 rows.
-- Index: correction_by_number, correction_at_pkey.
SELECT c.correction, k.loan_id, c.field, c.value, c.decided, c.decided_on, c.reason, c.evidence, c.source, c.file, c.recorded_by,
       c.approver, c.recorded_at, c.state, c.ended_file, c.ended_fact, c.released_by, c.release_approver, c.release_why, c.released_at,
       (SELECT coalesce(json_agg(json_build_object('destination', d.name, 'file', a.ended_file, 'fact', a.ended_fact) ORDER BY a.ended_file), '[]')
        FROM correction_at a JOIN destination d ON d.destination = a.destination
        WHERE a.loan = c.loan AND a.correction = c.correction AND a.ended_file IS NOT NULL) AS ended_at
FROM correction c JOIN loan_key k ON k.loan = c.loan
WHERE c.correction > $1 AND (NOT $2 OR c.state = 'LIVE')
ORDER BY c.correction LIMIT $3

-- name: InquiryLoanCorrections
-- The corrections of a loan, in the order of recording. $1 loan. Index: correction_pkey, correction_at_pkey.
SELECT c.correction, k.loan_id, c.field, c.value, c.decided, c.decided_on, c.reason, c.evidence, c.source, c.file, c.recorded_by,
       c.approver, c.recorded_at, c.state, c.ended_file, c.ended_fact, c.released_by, c.release_approver, c.release_why, c.released_at,
       (SELECT coalesce(json_agg(json_build_object('destination', d.name, 'file', a.ended_file, 'fact', a.ended_fact) ORDER BY a.ended_file), '[]')
        FROM correction_at a JOIN destination d ON d.destination = a.destination
        WHERE a.loan = c.loan AND a.correction = c.correction AND a.ended_file IS NOT NULL) AS ended_at
FROM correction c JOIN loan_key k ON k.loan = c.loan
WHERE c.loan = $1
ORDER BY c.correction
