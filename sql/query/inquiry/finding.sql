-- name: InquiryFindings
-- A page of findings in the order of their numbers. $1 finding to begin after, $2 only open ones, $3 file that has them; 0: any,
-- $4 rule; empty: any, $5 owner; empty: any, $6 rows. Index: finding_by_number, finding_file_pkey.
SELECT k.finding, k.rule, k.harm, p.program_id, d.name AS destination, l.loan_id, k.about, k.says, k.first_file, k.last_file,
       k.first_seen_on, k.last_seen_on, k.times, k.months, k.owner, k.due_on, k.state, k.accepted_by, k.accepted_why, k.accepted_at,
       k.fixed_file, k.fixed_by, k.fixed_why
FROM finding k
JOIN destination d ON d.destination = k.destination
JOIN program p ON p.program = d.program
LEFT JOIN loan_key l ON l.loan = k.loan
WHERE k.finding > $1 AND (NOT $2 OR k.state = 'OPEN')
  AND ($3 = CAST(0 AS bigint) OR EXISTS (SELECT FROM finding_file s WHERE s.loan = k.loan AND s.finding = k.finding AND s.file = $3))
  AND ($4 = CAST('' AS text) OR k.rule = $4) AND ($5 = CAST('' AS text) OR k.owner = $5)
ORDER BY k.finding LIMIT $6

-- name: InquiryFindingsOfRecord
-- What was found of a loan in a file. $1 file, $2 loan id. Index: loan_key's by id, finding_file_pkey by its first column, finding_pkey.
SELECT k.finding, k.rule, k.harm, p.program_id, d.name AS destination, l.loan_id, k.about, k.says, k.first_file, k.last_file,
       k.first_seen_on, k.last_seen_on, k.times, k.months, k.owner, k.due_on, k.state, k.accepted_by, k.accepted_why, k.accepted_at,
       k.fixed_file, k.fixed_by, k.fixed_why
FROM loan_key l
JOIN finding_file s ON s.loan = l.loan AND s.file = $1
JOIN finding k ON k.loan = s.loan AND k.finding = s.finding
JOIN destination d ON d.destination = k.destination
JOIN program p ON p.program = d.program
WHERE l.loan_id = $2
ORDER BY k.finding
