-- name: FindingAdd
-- Findings of a file: one that the destination has already says what was seen last. $1 file, $2 rows as JSON, in the order of the
-- key. Index: finding_once.
INSERT INTO finding AS k (loan, destination, rule, about, harm, says, first_file, last_file, first_seen_on, last_seen_on, times, months, due_on)
SELECT x.loan, f.destination, x.rule, x.about, x.harm, x.says, f.file, f.file, f.as_of, f.as_of, 1, 1, f.created_on + x.days
FROM json_to_recordset($2) AS x (loan bigint, rule text, about text, harm text, says text, days integer)
JOIN bureau_file f ON f.file = $1
ORDER BY x.rule, x.loan, x.about
ON CONFLICT (destination, rule, loan, about) DO UPDATE SET harm = excluded.harm, says = excluded.says
WHERE k.last_file <= excluded.last_file AND (k.harm, k.says) IS DISTINCT FROM (excluded.harm, excluded.says)

-- name: FindingSeen
-- In which file findings were seen. $1 file, $2 rows as JSON. Index: finding_once, finding_file_pkey.
INSERT INTO finding_file (loan, finding, file)
SELECT k.loan, k.finding, f.file
FROM json_to_recordset($2) AS x (loan bigint, rule text, about text)
JOIN bureau_file f ON f.file = $1
JOIN finding k ON k.destination = f.destination AND k.rule = x.rule AND k.loan = x.loan AND k.about = x.about
ON CONFLICT (loan, finding, file) DO NOTHING

-- name: FindingOfFile
-- The findings that a file was seen to have. $1 file. Index: finding_file_by_file, finding_pkey.
SELECT k.loan, k.finding, k.rule, k.about FROM finding_file s JOIN finding k ON k.loan = s.loan AND k.finding = s.finding WHERE s.file = $1

-- name: FindingGone
-- Findings that a file does not have any more. $1 file, $2 loans, $3 findings. Index: finding_file_pkey.
DELETE FROM finding_file s
USING unnest(CAST($2 AS bigint[]), CAST($3 AS bigint[])) AS x (loan, finding)
WHERE s.loan = x.loan AND s.finding = x.finding AND s.file = $1

-- name: FindingCount
-- Counts in which files the findings of a file were seen. $1 file. Index: finding_file_by_file, finding_file_pkey.
UPDATE finding k SET times = x.times, months = x.months, first_file = x.first_file, last_file = x.last_file,
    first_seen_on = x.first_on, last_seen_on = x.last_on
FROM (
    SELECT s.loan, s.finding, count(*) AS times, count(DISTINCT date_trunc('month', f.as_of)) AS months,
           min(s.file) AS first_file, max(s.file) AS last_file, min(f.as_of) AS first_on, max(f.as_of) AS last_on
    FROM finding_file h
    JOIN finding_file s ON s.loan = h.loan AND s.finding = h.finding
    JOIN bureau_file f ON f.file = s.file
    WHERE h.file = $1 GROUP BY 1, 2) x
WHERE k.loan = x.loan AND k.finding = x.finding
  AND (k.times, k.months, k.first_file, k.last_file) IS DISTINCT FROM (x.times, x.months, x.first_file, x.last_file)

-- name: FindingRecount
-- Counts in which files findings were seen that a file has no more. One that no file has stays as it was. $1 loans, $2 findings.
-- Index: finding_file_pkey.
UPDATE finding k SET times = x.times, months = x.months, first_file = x.first_file, last_file = x.last_file,
    first_seen_on = x.first_on, last_seen_on = x.last_on
FROM (
    SELECT s.loan, s.finding, count(*) AS times, count(DISTINCT date_trunc('month', f.as_of)) AS months,
           min(s.file) AS first_file, max(s.file) AS last_file, min(f.as_of) AS first_on, max(f.as_of) AS last_on
    FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[])) AS h (loan, finding)
    JOIN finding_file s ON s.loan = h.loan AND s.finding = h.finding
    JOIN bureau_file f ON f.file = s.file
    GROUP BY 1, 2) x
WHERE k.loan = x.loan AND k.finding = x.finding

-- name: FindingOld
-- The findings of a file that were seen in other months, too, by the files up to it. $1 file, $2 the rule that lists them.
-- Index: finding_file_by_file, finding_file_pkey.
SELECT k.loan, k.rule, k.about, x.months, x.first_seen_on, coalesce(k.owner, '') AS owner
FROM finding_file s JOIN finding k ON k.loan = s.loan AND k.finding = s.finding
CROSS JOIN LATERAL (
    SELECT count(DISTINCT date_trunc('month', f.as_of)) AS months, min(f.as_of) AS first_seen_on
    FROM finding_file o JOIN bureau_file f ON f.file = o.file
    WHERE o.loan = s.loan AND o.finding = s.finding AND o.file <= s.file) x
WHERE s.file = $1 AND k.months > 1 AND x.months > 1 AND k.rule <> $2

-- name: FindingReopen
-- Findings of a file that were fixed before it, or accepted for files before it. $1 file. Index: finding_file_by_file, finding_pkey.
UPDATE finding k SET state = 'OPEN', fixed_file = NULL, fixed_by = NULL, fixed_why = NULL
FROM finding_file s
WHERE s.file = $1 AND k.loan = s.loan AND k.finding = s.finding
  AND (k.state = 'FIXED' AND k.fixed_file <= $1 OR k.state = 'ACCEPTED' AND k.accepted_file < $1)

-- name: FindingFix
-- Findings of the destination that a file has no more. A program that reports by cycles tells of other accounts in each file: of
-- those that this one leaves out nothing is known. $1 file, $2 whether it reports by cycles. Index: finding_once, finding_file_pkey.
UPDATE finding k SET state = 'FIXED', fixed_file = f.file
FROM bureau_file f
WHERE f.file = $1 AND k.destination = f.destination AND k.state <> 'FIXED' AND k.last_file <= f.file
  AND NOT EXISTS (SELECT FROM finding_file s WHERE s.loan = k.loan AND s.finding = k.finding AND s.file = f.file)
  AND (NOT $2 OR k.loan = 0 OR k.last_file = f.file OR EXISTS (SELECT FROM tradeline t WHERE t.file = f.file AND t.loan = k.loan))

-- name: FindingTold
-- The findings of a file, counted by rule. $1 file. Index: finding_file_by_file, finding_pkey.
SELECT k.rule, k.harm, count(*) AS found, count(*) FILTER (WHERE k.state = 'OPEN') AS open, min(k.says) AS example
FROM finding_file s JOIN finding k ON k.loan = s.loan AND k.finding = s.finding
WHERE s.file = $1 GROUP BY 1, 2 ORDER BY 1

-- name: FindingLock
-- Findings by number. $1 numbers. Locks: their rows, in the order of the key. Index: finding_by_number.
SELECT loan, finding, state, last_file FROM finding WHERE finding = ANY (CAST($1 AS bigint[])) ORDER BY loan, finding FOR UPDATE

-- name: FindingNumbers
-- The open findings of a file by a rule. $1 file, $2 rule. Index: finding_file_by_file, finding_pkey.
SELECT k.finding FROM finding_file s JOIN finding k ON k.loan = s.loan AND k.finding = s.finding
WHERE s.file = $1 AND k.rule = $2 AND k.state = 'OPEN' ORDER BY 1

-- name: FindingAccept
-- A person accepts findings as they stand in their last file. $1 numbers, $2 who, $3 why, $4 now. Index: finding_by_number.
UPDATE finding SET state = 'ACCEPTED', accepted_file = last_file, accepted_by = $2, accepted_why = $3, accepted_at = $4
WHERE finding = ANY (CAST($1 AS bigint[]))

-- name: FindingAssign
-- Who sees to findings, and until when. $1 numbers, $2 owner, $3 due date; null: as it is. Index: finding_by_number.
UPDATE finding SET owner = coalesce(CAST($2 AS text), owner), due_on = coalesce(CAST($3 AS date), due_on) WHERE finding = ANY (CAST($1 AS bigint[]))

-- name: FindingResolve
-- A person says that findings are put right. $1 numbers, $2 who, $3 why. Index: finding_by_number.
UPDATE finding SET state = 'FIXED', fixed_file = last_file, fixed_by = $2, fixed_why = $3 WHERE finding = ANY (CAST($1 AS bigint[]))
