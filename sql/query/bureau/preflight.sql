-- name: PreflightFile
-- A file as it was made, for a look before its release. $1 file. Index: bureau_file_pkey.
SELECT f.file, coalesce(f.run, 0) AS run, f.program, f.destination, d.name AS destination_name, f.as_of, f.previous_on, f.created_on,
       p.program_id, p.identification_number,
       p.reporter_name, p.reporter_address, coalesce(p.reporter_phone, '') AS reporter_phone,
       '' AS innovis_id, '' AS equifax_id, '' AS experian_id, '' AS transunion_id,
       coalesce(f.calendar, p.calendar) AS calendar, p.activity_cycle_ids,
       (SELECT count(*) FROM destination o WHERE o.program = f.program AND o.listed) > 1 AS several,
       f.state, coalesce(f.sha256, '') AS sha256, coalesce(f.records, 0) AS records, coalesce(p.dispute_address, '') AS dispute_address,
       greatest(f.created_on, (SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED')) AS today
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE f.file = $1

-- name: PreflightPages
-- The pages of a file of which the first loan is in a range: those of the chunk that made them. $1 file, $2 after loan, $3 last loan.
-- Index: file_page_by_loan.
SELECT loans, records FROM file_page WHERE file = $1 AND loan > $2 AND loan <= $3

-- name: PreflightVanished
-- The accounts that the last file of a file's destination had and this one neither has nor leaves out, and that no other file of its
-- date or a later one that counts has or leaves out. $1 file. Index: tradeline_pkey, excluded_pkey.
WITH here AS (
    SELECT f.file, f.destination, f.as_of FROM bureau_file f WHERE f.file = $1
), last AS (
    SELECT o.file, o.as_of FROM bureau_file o, here h
    WHERE o.destination = h.destination AND o.file < h.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    ORDER BY o.file DESC LIMIT 1
), missing AS MATERIALIZED ( -- few: what is asked of them is asked row by row
    SELECT t.loan, last.file AS last_file, t.account_status, t.final
    FROM last
    JOIN tradeline t ON t.file = last.file
    WHERE NOT EXISTS (SELECT FROM tradeline n WHERE n.file = $1 AND n.loan = t.loan)
      AND NOT EXISTS (SELECT FROM excluded e WHERE e.file = $1 AND e.loan = t.loan)
)
SELECT m.loan, m.last_file, m.account_status, m.final
FROM missing m
WHERE NOT EXISTS (
    SELECT FROM here h JOIN bureau_file o ON o.destination <> h.destination AND o.as_of >= h.as_of AND o.state NOT IN ('VOIDED', 'REJECTED')
    WHERE EXISTS (SELECT FROM tradeline n WHERE n.file = o.file AND n.loan = m.loan)
       OR EXISTS (SELECT FROM excluded e WHERE e.file = o.file AND e.loan = m.loan))
ORDER BY m.loan

-- name: PreflightTwins
-- Loans of one person with the same date opened and amount, one of them in one of some files, and the other one in the same file or in the
-- last file of another destination that counts. $1 files. The book is read once; few loans are left, and each is looked up by its own key
-- (OFFSET 0), however many the planner expects. Index: tradeline_pkey.
WITH twin AS MATERIALIZED (
    SELECT d.* FROM (
        SELECT x.*, min(x.loan) OVER debt AS first_loan, max(x.loan) OVER debt AS last_loan
        FROM (
            SELECT lc.loan, c.ssn_hash, l.opened_on, coalesce(nullif(l.original_amount_cents, 0), l.credit_limit_cents) AS amount_cents, lc.ecoa_code
            FROM loan l JOIN loan_customer lc ON lc.loan = l.loan JOIN customer c ON c.customer = lc.customer
            WHERE c.ssn_hash IS NOT NULL AND coalesce(nullif(l.original_amount_cents, 0), l.credit_limit_cents) > 0) x
        WINDOW debt AS (PARTITION BY x.ssn_hash, x.opened_on, x.amount_cents)) d
    WHERE d.first_loan <> d.last_loan
), here AS (
    SELECT file, destination FROM bureau_file WHERE file = ANY (CAST($1 AS bigint[]))
), last AS (
    SELECT DISTINCT ON (o.destination) o.file, o.destination FROM bureau_file o
    WHERE o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED') ORDER BY o.destination, o.file DESC
), beside AS (
    SELECT h.file, h.file AS other FROM here h
    UNION ALL
    SELECT h.file, last.file FROM here h JOIN last ON last.destination <> h.destination
)
SELECT DISTINCT ON (x.file, a.loan, b.loan) x.file, a.loan, k.loan_id AS other_id, p.program_id AS other_program, x.other AS other_file,
       a.ecoa_code, b.ecoa_code AS other_ecoa, t.account_status, t.final, o.account_status AS other_status, o.final AS other_final
FROM twin a
JOIN twin b ON (b.ssn_hash, b.opened_on, b.amount_cents) = (a.ssn_hash, a.opened_on, a.amount_cents) AND b.loan <> a.loan
CROSS JOIN beside x
CROSS JOIN LATERAL (SELECT account_status, final FROM tradeline WHERE file = x.file AND loan = a.loan OFFSET 0) t
CROSS JOIN LATERAL (SELECT account_status, final FROM tradeline WHERE file = x.other AND loan = b.loan OFFSET 0) o
JOIN loan_key k ON k.loan = b.loan
JOIN bureau_file f ON f.file = x.other
JOIN program p ON p.program = f.program
ORDER BY x.file, a.loan, b.loan, x.other

-- name: PreflightUnanswered
-- The answers of bureaus to files before one of its destination that are open and that it does not answer when it is sent (BR11), and how many
-- of them came after it was made. Dates come as days, 0001-01-01 = 1. $1 file. Index: answer_open, tradeline_pkey.
SELECT count(*) AS open, count(*) FILTER (WHERE a.seen_file >= f.file) AS late, coalesce(max(a.file), 0) AS last_file,
       coalesce(min(a.received_on) - DATE '0001-01-01' + 1, 0) AS since
FROM bureau_file f JOIN answer a ON a.state = 'OPEN' AND a.destination = f.destination AND a.file < f.file
LEFT JOIN tradeline t ON t.file = f.file AND t.loan = a.loan
WHERE f.file = $1 AND (a.seen_file >= f.file OR t.loan IS NULL)

-- name: PreflightBefore
-- The last files before one of its destination that count, newest first, with what was counted of them; null: nobody has counted.
-- $1 file, $2 how many. Index: bureau_file_live, preflight_pkey.
SELECT o.file, o.as_of, CAST(p.profile AS text) AS profile
FROM bureau_file f
JOIN bureau_file o ON o.destination = f.destination AND o.file < f.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
LEFT JOIN preflight p ON p.file = o.file AND p.sha256 = o.sha256
WHERE f.file = $1 ORDER BY o.file DESC LIMIT $2

-- name: PreflightLock
-- Keeps other looks at files of a file's destination waiting until the transaction ends. $1 file. Locks: the file, then the destination, as moves do.
SELECT f.destination, f.sha256, coalesce(f.calendar, p.calendar) AS calendar
FROM bureau_file f JOIN destination d ON d.destination = f.destination JOIN program p ON p.program = f.program
WHERE f.file = $1 FOR UPDATE OF f FOR NO KEY UPDATE OF d

-- name: PreflightNote
-- The last look at a file. $1 file, $2 sha256, $3 now, $4 who, $5 accounts, $6 found, $7 more, $8 profile.
INSERT INTO preflight (file, sha256, at, who, accounts, found, more, profile) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (file) DO UPDATE SET sha256 = excluded.sha256, at = excluded.at, who = excluded.who, accounts = excluded.accounts,
    found = excluded.found, more = excluded.more, profile = excluded.profile
WHERE (preflight.sha256, preflight.accounts, preflight.found, preflight.more, preflight.profile)
    IS DISTINCT FROM (excluded.sha256, excluded.accounts, excluded.found, excluded.more, excluded.profile)

-- name: PreflightState
-- The state of a file. $1 file. Index: bureau_file_pkey.
SELECT state FROM bureau_file WHERE file = $1

-- name: PreflightGenerated
-- The files that wait for their release, oldest first. Few rows.
SELECT file FROM bureau_file WHERE state = 'GENERATED' ORDER BY file
