-- name: EntryRead
-- The entries of the log after a number, in its order. $1 number. Index: proof_entry_pkey.
SELECT entry, kind, a, b, found, digest FROM proof_entry WHERE entry > $1 ORDER BY entry

-- name: EntryOf
-- The entry of a row; of one that lost a removed customer's name the last. $1 kind, $2 and $3 key. Index: proof_entry_of_row.
SELECT entry, kind, a, b, found, digest FROM proof_entry
WHERE kind = $1 AND a = $2 AND (b = $3 OR kind IN ('answer', 'correction')) ORDER BY b DESC LIMIT 1

-- name: EntryOfLine
-- The entry of the page that has a file's row of a loan, and what the page keeps. $1 file, $2 loan, $3 kind. Index: proof_page_pkey,
-- proof_entry_of_row.
SELECT e.entry, e.kind, e.a, e.b, e.found, e.digest, p.first, p.columns, p.rows
FROM proof_page p JOIN proof_entry e ON e.kind = p.kind AND e.a = p.file AND e.b = p.last
WHERE p.file = $1 AND p.kind = $3 AND p.last >= $2 AND p.first <= $2 ORDER BY p.last LIMIT 1

-- name: EntryCount
-- How many entries the log has, and how many numbers.
SELECT count(*) AS entries, coalesce(max(entry) + 1, 0) AS numbers FROM proof_entry

-- name: HeadAdd
-- A head that is given out. $1 entries, $2 peaks, $3 signed. Index: proof_head_pkey.
INSERT INTO proof_head (entries, peaks, signed) VALUES ($1, $2, $3) ON CONFLICT (entries) DO NOTHING

-- name: HeadLast
-- The newest head. Index: proof_head_pkey.
SELECT entries, peaks, signed FROM proof_head ORDER BY entries DESC LIMIT 1

-- name: HeadRead
-- All heads, by how much they know. A head a night.
SELECT entries, peaks, signed FROM proof_head ORDER BY entries

-- name: HeadLock
-- Heads are made one at a time, until the transaction ends.
SELECT pg_advisory_xact_lock(7021602)

-- name: TriggersOn
-- The triggers that log rows and are on. Few rows.
SELECT tgname FROM pg_trigger WHERE tgname LIKE 'proof\_%' AND NOT tgisinternal AND tgenabled IN ('O', 'A') ORDER BY tgname

-- name: OperationsLogged
-- Operations beside their entries, each as the text that is hashed; a side that is missing is null. Index: operation_pkey,
-- proof_entry_of_row.
SELECT coalesce(o.operation, e.a) AS a, coalesce(e.b, 0) AS b, e.digest,
       CAST(CASE WHEN o.operation IS NOT NULL THEN jsonb_build_array(
           o.operation, o.kind, o.idempotency_key, o.digest, o.who, o.why, extract(epoch FROM o.at), o.business_date, o.loans,
           o.customers, o.cases, o.before, o.after, o.result, o.role, o.came_from) END AS text) AS content
FROM operation o FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'operation') e ON e.a = o.operation

-- name: ActsLogged
-- Acts beside their entries, as OperationsLogged.
SELECT coalesce(c.act, e.a) AS a, coalesce(e.b, 0) AS b, e.digest,
       CAST(CASE WHEN c.act IS NOT NULL THEN jsonb_build_array(
           c.act, c.kind, c.about, c.who, c.why, c.host, c.came_from, extract(epoch FROM c.at)) END AS text) AS content
FROM act c FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'act') e ON e.a = c.act

-- name: EventsLogged
-- Changes of files' states beside their entries, as OperationsLogged.
SELECT coalesce(v.file, e.a) AS a, coalesce(v.seq, e.b) AS b, e.digest,
       CAST(CASE WHEN v.file IS NOT NULL THEN jsonb_build_array(
           v.file, v.seq, v.state, v.who, v.why, extract(epoch FROM v.at), v.came_from, v.acknowledged) END AS text) AS content
FROM bureau_file_event v FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'bureau_file_event') e ON e.a = v.file AND e.b = v.seq

-- name: DeletionsLogged
-- Deletions of files that are made, beside their entries, as OperationsLogged.
SELECT coalesce(d.file, e.a) AS a, coalesce(d.loan, e.b) AS b, e.digest,
       CAST(CASE WHEN d.file IS NOT NULL THEN jsonb_build_array(
           d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed) END AS text) AS content
FROM (SELECT x.* FROM deletion x LEFT JOIN bureau_file f ON f.file = x.file WHERE f.state IS DISTINCT FROM 'BUILDING') d
FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'deletion') e ON e.a = d.file AND e.b = d.loan

-- name: FilesLogged
-- Files that are made, beside their entries, as OperationsLogged.
SELECT coalesce(f.file, e.a) AS a, coalesce(e.b, 0) AS b, e.digest,
       CAST(CASE WHEN f.file IS NOT NULL THEN jsonb_build_array(
           f.file, f.run, f.program, f.destination, f.as_of, f.previous_on, f.created_on, f.name, f.sha256, f.bytes,
           f.records, f.excluded, f.header, f.calendar, f.made_by) END AS text) AS content
FROM (SELECT * FROM bureau_file WHERE state <> 'BUILDING') f
FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'bureau_file') e ON e.a = f.file

-- name: AnswersLogged
-- Answers of bureaus beside their last entries, as OperationsLogged.
SELECT coalesce(x.answer, e.a) AS a, CAST(0 AS bigint) AS b, e.digest, CASE WHEN x.answer IS NOT NULL THEN proof_says(x) END AS content
FROM answer x
FULL JOIN (SELECT DISTINCT ON (a) a, digest FROM proof_entry WHERE kind = 'answer' ORDER BY a, b DESC) e ON e.a = x.answer

-- name: AnswersClosed
-- Answers that a person closed, beside the last entries of that. One that is gone was named already.
SELECT x.answer AS a, CAST(0 AS bigint) AS b, e.digest, CASE WHEN x.answered_by IS NOT NULL THEN proof_says_closed(x) ELSE '' END AS content
FROM answer x
LEFT JOIN (SELECT DISTINCT ON (a) a, digest FROM proof_entry WHERE kind = 'answer_closed' ORDER BY a, b DESC) e ON e.a = x.answer
WHERE x.answered_by IS NOT NULL OR e.digest IS NOT NULL

-- name: CorrectionsLogged
-- Corrections of fields beside their last entries, as OperationsLogged.
SELECT coalesce(x.correction, e.a) AS a, CAST(0 AS bigint) AS b, e.digest, CASE WHEN x.correction IS NOT NULL THEN proof_says(x) END AS content
FROM correction x
FULL JOIN (SELECT DISTINCT ON (a) a, digest FROM proof_entry WHERE kind = 'correction' ORDER BY a, b DESC) e ON e.a = x.correction

-- name: CorrectionsReleased
-- Corrections that people released, beside the last entries of that. One that is gone was named already.
SELECT x.correction AS a, CAST(0 AS bigint) AS b, e.digest, CASE WHEN x.released_by IS NOT NULL THEN proof_says_released(x) ELSE '' END AS content
FROM correction x
LEFT JOIN (SELECT DISTINCT ON (a) a, digest FROM proof_entry WHERE kind = 'correction_released' ORDER BY a, b DESC) e ON e.a = x.correction
WHERE x.released_by IS NOT NULL OR e.digest IS NOT NULL

-- name: CorrectionsAt
-- What was decided of corrected fields at destinations, beside its entries, as OperationsLogged. What a night adds has no entry, and repeats
-- the correction.
SELECT coalesce(x.correction, e.a) AS a, coalesce(x.destination, e.b) AS b, e.digest, CASE WHEN x.correction IS NOT NULL THEN proof_says(x) END AS content
FROM correction_at x
FULL JOIN (SELECT a, b, digest FROM proof_entry WHERE kind = 'correction_at') e ON e.a = x.correction AND e.b = x.destination
WHERE e.digest IS NOT NULL
   OR NOT EXISTS (SELECT FROM correction c WHERE c.loan = x.loan AND c.correction = x.correction AND c.decided = x.decided)

-- name: RowContent
-- The text of a row that is hashed, null where there is none. $1 kind, $2 and $3 key.
SELECT CAST(CASE $1
    WHEN 'operation' THEN (SELECT jsonb_build_array(
           o.operation, o.kind, o.idempotency_key, o.digest, o.who, o.why, extract(epoch FROM o.at), o.business_date, o.loans,
           o.customers, o.cases, o.before, o.after, o.result, o.role, o.came_from) FROM operation o WHERE o.operation = $2)
    WHEN 'act' THEN (SELECT jsonb_build_array(
           c.act, c.kind, c.about, c.who, c.why, c.host, c.came_from, extract(epoch FROM c.at)) FROM act c WHERE c.act = $2)
    WHEN 'bureau_file_event' THEN (SELECT jsonb_build_array(
           v.file, v.seq, v.state, v.who, v.why, extract(epoch FROM v.at), v.came_from, v.acknowledged)
           FROM bureau_file_event v WHERE v.file = $2 AND v.seq = $3)
    WHEN 'deletion' THEN (SELECT jsonb_build_array(
           d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed) FROM deletion d WHERE d.file = $2 AND d.loan = $3)
    WHEN 'bureau_file' THEN (SELECT jsonb_build_array(
           f.file, f.run, f.program, f.destination, f.as_of, f.previous_on, f.created_on, f.name, f.sha256, f.bytes,
           f.records, f.excluded, f.header, f.calendar, f.made_by) FROM bureau_file f WHERE f.file = $2)
    WHEN 'answer' THEN (SELECT CAST(proof_says(x) AS jsonb) FROM answer x WHERE x.answer = $2)
    WHEN 'correction' THEN (SELECT CAST(proof_says(x) AS jsonb) FROM correction x WHERE x.correction = $2)
    WHEN 'correction_at' THEN (SELECT CAST(proof_says(x) AS jsonb) FROM correction_at x WHERE x.correction = $2 AND x.destination = $3)
    END AS text)

-- name: StatesDiffer
-- Files whose state is not that of their last change, and deletions that count, or do not, against what became of their file and record
-- (DC6, Q79). Few rows. Index: bureau_file_event_pkey, deletion_pkey, answer_refused.
SELECT 'bureau_file' AS kind, f.file AS a, CAST(0 AS bigint) AS b
FROM bureau_file f
WHERE f.state <> 'BUILDING' AND f.state <> coalesce((SELECT v.state FROM bureau_file_event v WHERE v.file = f.file ORDER BY v.seq DESC LIMIT 1), 'GENERATED')
UNION ALL
SELECT 'deletion', d.file, d.loan
FROM deletion d JOIN bureau_file f ON f.file = d.file
WHERE d.live <> (f.state NOT IN ('VOIDED', 'REJECTED')
                 AND NOT EXISTS (SELECT FROM answer r WHERE r.file = d.file AND r.loan = d.loan AND r.outcome = 'REFUSED'))
UNION ALL
-- A file answers what it was sent after, and tells of (BR11).
SELECT 'answer', a.answer, 0
FROM answer a JOIN bureau_file f ON f.file = a.answered_file
WHERE NOT (f.state IN ('TRANSMITTED', 'ACCEPTED') AND f.destination = a.destination
           AND EXISTS (SELECT FROM tradeline t WHERE t.file = f.file AND t.loan = a.loan)
           AND NOT EXISTS (SELECT FROM answer r WHERE r.file = f.file AND r.loan = a.loan AND r.outcome = 'REFUSED'))
UNION ALL
-- A lock ends at a destination with a record that names the fact, and with every such record of a file that counts (BR9).
SELECT 'correction', c.correction, 0
FROM correction c
JOIN tradeline t ON t.loan = c.loan
JOIN bureau_file f ON f.file = t.file
LEFT JOIN correction_at x ON x.loan = c.loan AND x.correction = c.correction AND x.destination = f.destination
CROSS JOIN LATERAL (SELECT t.facts ->> ('correction_' || c.field) AS said, 'BR9 ' || c.correction || ' ended: ' AS begins) s
WHERE f.state <> 'BUILDING' AND CASE
    WHEN x.ended_file = f.file THEN s.said IS DISTINCT FROM s.begins || x.ended_fact
    WHEN c.ended_file = f.file THEN s.said IS DISTINCT FROM s.begins || c.ended_fact
    ELSE starts_with(s.said, s.begins) AND f.state NOT IN ('VOIDED', 'REJECTED')
         AND NOT EXISTS (SELECT FROM answer r WHERE r.file = f.file AND r.loan = c.loan AND r.outcome = 'REFUSED') END

-- name: LinePages
-- The entries of pages of a file after a loan, in order, and what the pages keep. $1 file, $2 loan, $3 kind. Index:
-- proof_entry_of_row, proof_page_pkey.
SELECT e.b AS last, e.digest, coalesce(p.first, 0) AS first, coalesce(p.columns, 0) AS columns, coalesce(p.rows, '') AS rows
FROM proof_entry e LEFT JOIN proof_page p ON p.file = e.a AND p.kind = e.kind AND p.last = e.b
WHERE e.kind = $3 AND e.a = $1 AND e.b > $2 ORDER BY e.b LIMIT 1

-- name: PagedFiles
-- The files, with those of which the log knows pages of a kind. $1 kind.
SELECT f.file, EXISTS (SELECT FROM bureau_file b WHERE b.file = f.file AND b.state = 'BUILDING') AS building,
       EXISTS (SELECT FROM proof_older o WHERE o.file = f.file AND o.kind = $1) AS older
FROM (SELECT file FROM bureau_file UNION SELECT a FROM proof_entry WHERE kind = $1) f
ORDER BY f.file

-- name: LineCount
-- How many tradelines a file has after a loan. $1 file, $2 loan. Index: tradeline_pkey.
SELECT count(*) FROM tradeline WHERE file = $1 AND loan > $2

-- name: ExcludedCount
-- How many loans a file leaves out after a loan. $1 file, $2 loan. Index: excluded_pkey.
SELECT count(*) FROM excluded WHERE file = $1 AND loan > $2

-- name: ExcludedOrphans
-- Exclusions from files that there are not. Index: excluded_pkey, which is read once.
SELECT x.file, x.loan FROM excluded x WHERE NOT EXISTS (SELECT FROM bureau_file f WHERE f.file = x.file)
  AND NOT EXISTS (SELECT FROM proof_entry e WHERE e.kind = 'excluded' AND e.a = x.file) ORDER BY 1, 2 LIMIT 1000

-- name: LineOrphans
-- Tradelines of files that there are not. Index: tradeline_pkey, which is read once.
SELECT t.file, t.loan FROM tradeline t WHERE NOT EXISTS (SELECT FROM bureau_file f WHERE f.file = t.file)
  AND NOT EXISTS (SELECT FROM proof_entry e WHERE e.kind = 'tradeline' AND e.a = t.file) ORDER BY 1, 2 LIMIT 1000

-- name: LoanIDs
-- The lender's ids of loans. $1 loans. Index: loan_key_pkey.
SELECT loan, loan_id FROM loan_key WHERE loan = ANY (CAST($1 AS bigint[]))

-- name: LoanOf
-- The key of a loan. $1 the lender's id. Index: loan_key_loan_id_key.
SELECT loan FROM loan_key WHERE loan_id = $1
