-- name: AnswerRecords
-- The records of a file that tell of some accounts, with their numbers; the header is record 1. Account numbers ascend in a
-- file, each once. $1 file, $2 account numbers in upper case. Index: tradeline_pkey; the lines of the file are read once.
SELECT n.loan, n.account_number, n.record_number
FROM (SELECT loan, account_number, 1 + row_number() OVER (ORDER BY account_number COLLATE "C") AS record_number
      FROM tradeline WHERE file = $1) n
WHERE n.account_number IN (SELECT unnest(CAST($2 AS text[])))

-- name: AnswerAdd
-- Records what a bureau answered about records of a file; what is recorded already is left as it is. It returns how many are new, and the
-- loans of the new refusals. $1 file, $2 loans, $3 numbers of their records, $4 outcomes, $5 fields, $6 codes, $7 reasons, $8 received on,
-- $9 owner, $10 who, $11 now. Index: answer_once.
WITH added AS (
    INSERT INTO answer (loan, file, destination, record_number, outcome, field, code, reason, received_on, seen_file, owner, recorded_by, recorded_at)
    SELECT x.loan, f.file, f.destination, x.record_number, x.outcome, x.field, x.code, x.reason, $8,
           (SELECT max(n.file) FROM bureau_file n), $9, $10, $11
    FROM bureau_file f
    CROSS JOIN unnest(CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[]),
        CAST($7 AS text[])) AS x (loan, record_number, outcome, field, code, reason)
    WHERE f.file = $1
    ORDER BY x.record_number, x.outcome, x.field, x.code, x.reason
    ON CONFLICT DO NOTHING
    RETURNING loan, outcome
)
SELECT count(*), coalesce(array_agg(loan) FILTER (WHERE outcome = 'REFUSED'), '{}') FROM added

-- name: DeletionRefused
-- Deletions of a file that were refused singly did not count (Q79); others of the same loans, sent since, do. It returns their
-- loans, and those that have or get such an account's number: it is free again (DC2). $1 file, $2 loans.
-- Index: deletion_pkey, loan_by_account, loan_by_new_account.
WITH given_back AS (
    UPDATE deletion SET live = FALSE WHERE file = $1 AND loan = ANY (CAST($2 AS bigint[])) AND live
    RETURNING loan, account_number, destination
)
SELECT loan, TRUE AS given_back FROM given_back
UNION ALL
SELECT l.loan, FALSE FROM given_back g
JOIN destination d ON d.destination = g.destination
JOIN loan l ON l.program = d.program AND upper(l.account_number) = g.account_number
UNION ALL
SELECT l.loan, FALSE FROM given_back g
JOIN destination d ON d.destination = g.destination
JOIN loan l ON l.program = d.program AND l.new_account_number IS NOT NULL AND upper(l.new_account_number) = g.account_number

-- name: AnswerByFile
-- A file was sent: it answers what it was made with the knowledge of, wherever it tells of the account (BR11). $1 file, $2 now.
-- Index: answer_open, tradeline_pkey.
UPDATE answer a SET state = 'ANSWERED', answered_file = f.file, answered_at = $2
FROM bureau_file f JOIN tradeline t ON t.file = f.file
WHERE f.file = $1 AND a.state = 'OPEN' AND a.destination = f.destination AND a.seen_file < f.file AND t.loan = a.loan

-- name: AnswerReopen
-- A file did not count: what it answered is open again. $1 file, $2 loans; null: all. Index: answer_by_answering_file.
UPDATE answer SET state = 'OPEN', answered_file = NULL, answered_at = NULL
WHERE answered_file = $1 AND (CAST($2 AS bigint[]) IS NULL OR loan = ANY (CAST($2 AS bigint[])))

-- name: AnswerOpenAt
-- How many answers of bureaus are open at a file's destination from before it was made, and how many of them it answers when it is sent.
-- $1 file. Index: answer_open, tradeline_pkey.
SELECT count(*) AS open, count(t.loan) AS told
FROM bureau_file f JOIN answer a ON a.state = 'OPEN' AND a.destination = f.destination AND a.seen_file < f.file
LEFT JOIN tradeline t ON t.file = f.file AND t.loan = a.loan
WHERE f.file = $1

-- name: AnswerClose
-- A person answers. $1 number, $2 who, $3 why, $4 now. Index: answer_by_number.
UPDATE answer SET state = 'ANSWERED', answered_by = $2, answered_why = $3, answered_at = $4
WHERE answer = $1 AND state = 'OPEN'

-- name: AnswerAssign
-- Gives an open answer to another person. $1 number, $2 owner. Index: answer_by_number.
UPDATE answer SET owner = $2 WHERE answer = $1 AND state = 'OPEN'

-- name: AnswerState
-- The state of an answer. $1 number. Index: answer_by_number.
SELECT state FROM answer WHERE answer = $1

-- name: AnswerRefusedAccounts
-- The account numbers of a file whose records a bureau refused, in the order of the file. $1 file, $2 after this number, $3 how
-- many. Index: answer_refused, tradeline_pkey.
SELECT DISTINCT t.account_number COLLATE "C" AS account_number
FROM answer a JOIN tradeline t ON t.file = a.file AND t.loan = a.loan
WHERE a.file = $1 AND a.outcome = 'REFUSED' AND t.account_number COLLATE "C" > $2
ORDER BY 1 LIMIT $3

-- name: AnswerRefused
-- The loans of a range of which a bureau refused the record of one of some files. $1 files, $2 after loan, $3 last loan.
-- Index: answer_refused.
SELECT DISTINCT loan FROM answer
WHERE outcome = 'REFUSED' AND file = ANY (CAST($1 AS bigint[])) AND loan > $2 AND loan <= $3
