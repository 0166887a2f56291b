-- name: InquiryAnswers
-- A page of what bureaus answered about single records, in the order of recording. $1 answer to begin after, $2 only open ones,
-- $3 rows. Index: answer_by_number, answer_open, tradeline_pkey.
SELECT a.answer, a.file, d.name AS destination, k.loan_id, t.account_number, a.record_number, a.outcome, a.field, a.code, a.reason, t.rule, a.received_on, a.owner,
       a.recorded_by, a.recorded_at, a.state, n.file AS in_file, a.answered_file, a.answered_by, a.answered_why, a.answered_at
FROM answer a
JOIN loan_key k ON k.loan = a.loan
JOIN destination d ON d.destination = a.destination
JOIN tradeline t ON t.file = a.file AND t.loan = a.loan
LEFT JOIN LATERAL (
    SELECT max(f.file) AS file FROM bureau_file f JOIN tradeline x ON x.file = f.file AND x.loan = a.loan
    WHERE a.state = 'OPEN' AND f.destination = a.destination AND f.file > a.seen_file AND f.state IN ('GENERATED', 'RELEASED')) n ON TRUE
WHERE a.answer > $1 AND (NOT $2 OR a.state = 'OPEN')
ORDER BY a.answer LIMIT $3

-- name: InquiryLoanAnswers
-- What bureaus answered about the records of a loan, in the order of recording. $1 loan. Index: answer_pkey, tradeline_pkey.
SELECT a.answer, a.file, d.name AS destination, k.loan_id, t.account_number, a.record_number, a.outcome, a.field, a.code, a.reason, t.rule, a.received_on, a.owner,
       a.recorded_by, a.recorded_at, a.state, n.file AS in_file, a.answered_file, a.answered_by, a.answered_why, a.answered_at
FROM answer a
JOIN loan_key k ON k.loan = a.loan
JOIN destination d ON d.destination = a.destination
JOIN tradeline t ON t.file = a.file AND t.loan = a.loan
LEFT JOIN LATERAL (
    SELECT max(f.file) AS file FROM bureau_file f JOIN tradeline x ON x.file = f.file AND x.loan = a.loan
    WHERE a.state = 'OPEN' AND f.destination = a.destination AND f.file > a.seen_file AND f.state IN ('GENERATED', 'RELEASED')) n ON TRUE
WHERE a.loan = $1
ORDER BY a.answer
