-- name: InquiryMonthNewest
-- The date of the newest file, else that of the last night; null: there is neither. Few rows.
SELECT coalesce((SELECT max(as_of) FROM bureau_file WHERE state <> 'BUILDING'), (SELECT max(business_date) FROM run WHERE state = 'CLOSED'))

-- name: InquiryMonthFiles
-- The files as of the dates of a month, by program, destination and date, or one file. $1 first date, $2 last date, $3 file; 0: those of
-- the dates, $4 the rule of drift, $5 how many. Index: bureau_file is small; file_balance_pkey, preflight_pkey, file_count_pkey,
-- finding_open, delivery_pkey, answer_by_file, bureau_file_event_pkey.
SELECT f.file, coalesce(f.run, 0) AS run, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state, coalesce(f.state_why, '') AS state_why,
       coalesce(f.name, '') AS name, coalesce(f.path, '') AS path, coalesce(f.sha256, '') AS sha256, coalesce(f.bytes, 0) AS bytes,
       coalesce(f.records, 0) AS records, coalesce(f.excluded, 0) AS excluded, 0 AS deletions, coalesce(f.book, 0) AS book,
       coalesce(f.calendar, p.calendar) AS calendar, coalesce(f.made_by, '') AS made_by, f.run IS NULL AS boarded,
       b.before, b.last, b.here, b.left_out, b.moved, b.signed_by, b.signed_at,
       l.at AS looked_at, l.found, coalesce(l.more, 0) AS more, c.at AS counted_at, c.before AS counted_before, w.file AS file_before,
       coalesce(x.grave, 0) AS grave, coalesce(x.serious, 0) AS serious, coalesce(x.slight, 0) AS slight, coalesce(x.drift, 0) AS drift,
       v.addresses, v.delivered, v.by_hand, a.open AS answers_open, a.answered AS answers_answered,
       coalesce(e.who, '') AS changed_by, e.at AS changed_at
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
LEFT JOIN file_balance b ON b.file = f.file
LEFT JOIN preflight l ON l.file = f.file AND l.sha256 = f.sha256
LEFT JOIN file_count c ON c.file = f.file
LEFT JOIN LATERAL (
    SELECT o.file FROM bureau_file o
    WHERE o.destination = f.destination AND o.as_of < f.as_of
      AND (coalesce(f.calendar, p.calendar) <> 'cycle' OR o.as_of <= f.previous_on)
      AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    ORDER BY o.as_of DESC LIMIT 1) w ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE k.harm = 'GRAVE') AS grave, count(*) FILTER (WHERE k.harm = 'SERIOUS') AS serious,
           count(*) FILTER (WHERE k.harm = 'SLIGHT') AS slight, count(*) FILTER (WHERE k.rule = $4) AS drift
    FROM finding k WHERE k.last_file = f.file AND k.state = 'OPEN') x ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) AS addresses, count(*) FILTER (WHERE y.state = 'DELIVERED') AS delivered, count(*) FILTER (WHERE y.by_hand) AS by_hand
    FROM delivery y WHERE y.file = f.file) v ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r.state = 'OPEN') AS open, count(*) FILTER (WHERE r.state = 'ANSWERED') AS answered
    FROM answer r WHERE r.file = f.file) a ON TRUE
LEFT JOIN LATERAL (
    SELECT s.who, s.at FROM bureau_file_event s WHERE s.file = f.file ORDER BY s.seq DESC LIMIT 1) e ON TRUE
WHERE f.state <> 'BUILDING' AND (f.file = $3 OR $3 = CAST(0 AS bigint) AND f.as_of BETWEEN $1 AND $2)
ORDER BY p.program_id COLLATE "C", d.name COLLATE "C", f.as_of DESC, f.file DESC LIMIT $5

-- name: InquiryMonthReasons
-- Whom files leave out, by reason: as it was signed, else as it was counted. $1 files. Index: file_balance_reason_pkey, file_cell_pkey.
SELECT r.file, r.reason, r.accounts, r.of_last FROM file_balance_reason r WHERE r.file = ANY (CAST($1 AS bigint[]))
UNION ALL
SELECT c.file, c.reason, CAST(sum(c.accounts) AS bigint), CAST(coalesce(sum(c.accounts) FILTER (WHERE c.was <> ''), 0) AS bigint)
FROM file_cell c
WHERE c.file = ANY (CAST($1 AS bigint[])) AND c.reason <> '' AND NOT EXISTS (SELECT FROM file_balance b WHERE b.file = c.file)
GROUP BY c.file, c.reason
ORDER BY file, reason

-- name: InquiryFileCells
-- What was counted of a file: a cell for each status before and now, and for each reason. $1 file. Index: file_cell_pkey.
SELECT reason, was, became, accounts, balance, past_due FROM file_cell WHERE file = $1 ORDER BY reason, was, became

-- name: InquiryFileTotals
-- A file and those before it of its destination that count, the newest first, with the sums of what was counted. $1 file, $2 how many.
-- Index: bureau_file_live, file_cell_pkey.
SELECT o.file, o.as_of, coalesce(o.records, 0) AS records, coalesce(o.excluded, 0) AS excluded, c.file IS NOT NULL AS counted,
       coalesce(s.balance, 0) AS balance, coalesce(s.past_due, 0) AS past_due
FROM bureau_file f
JOIN bureau_file o ON o.destination = f.destination AND (o.file = f.file OR o.as_of < f.as_of AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED'))
LEFT JOIN file_count c ON c.file = o.file
LEFT JOIN LATERAL (
    SELECT CAST(sum(x.balance) AS bigint) AS balance, CAST(sum(x.past_due) AS bigint) AS past_due FROM file_cell x WHERE x.file = o.file) s ON TRUE
WHERE f.file = $1
ORDER BY o.as_of DESC, o.file DESC LIMIT $2

-- name: InquiryCellLoans
-- A page of the loans of a cell, in the order of the book, with what the file and the one before say of each. $1 file, $2 status before,
-- $3 status now, $4 loan to begin after, $5 rows. Index: file_part_pkey, loan_pkey, tradeline_pkey.
WITH stretch AS MATERIALIZED ( -- each but the first has a loan of the page, if the page has so many
    SELECT p.last, CAST(sum(p.accounts) AS bigint) AS accounts FROM file_part p
    WHERE p.file = $1 AND p.reason = '' AND p.was = $2 AND p.became = $3 AND p.last > $4 GROUP BY p.last ORDER BY p.last LIMIT CAST($5 AS bigint) + 1
), near AS MATERIALIZED ( -- those that have the rows, wherever the page begins in the first
    SELECT s.last FROM (
        SELECT last, sum(accounts) OVER (ORDER BY last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - first_value(accounts) OVER (ORDER BY last) AS ahead
        FROM stretch) s
    WHERE s.ahead IS NULL OR s.ahead < $5
), x AS MATERIALIZED (
    SELECT p.file, m.loan
    FROM near n JOIN file_part p ON p.last = n.last CROSS JOIN LATERAL unnest(p.loans) AS m (loan)
    WHERE p.file = $1 AND p.reason = '' AND p.was = $2 AND p.became = $3 AND m.loan > $4
    ORDER BY m.loan LIMIT $5
)
SELECT x.loan, l.loan_id, l.account_number, coalesce(b.current_balance, 0) AS from_balance, coalesce(b.amount_past_due, 0) AS from_past_due,
       coalesce(t.current_balance, 0) AS balance, coalesce(t.amount_past_due, 0) AS past_due, coalesce(t.rule, '') AS rule, '' AS detail
FROM x
JOIN file_count c ON c.file = x.file
JOIN loan l ON l.loan = x.loan
LEFT JOIN tradeline t ON t.file = x.file AND t.loan = x.loan
LEFT JOIN tradeline b ON b.file = c.before AND b.loan = x.loan
ORDER BY x.loan

-- name: InquiryLeftOutLoans
-- A page of the loans that a file leaves out for a reason, in the order of the book. $1 file, $2 reason, $3 loan to begin after, $4 rows.
-- Index: file_part_pkey, loan_pkey, excluded_pkey.
WITH stretch AS MATERIALIZED ( -- each but the first has a loan of the page, if the page has so many
    SELECT p.last, CAST(sum(p.accounts) AS bigint) AS accounts FROM file_part p
    WHERE p.file = $1 AND p.reason = $2 AND p.last > $3 GROUP BY p.last ORDER BY p.last LIMIT CAST($4 AS bigint) + 1
), near AS MATERIALIZED ( -- those that have the rows, wherever the page begins in the first
    SELECT s.last FROM (
        SELECT last, sum(accounts) OVER (ORDER BY last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - first_value(accounts) OVER (ORDER BY last) AS ahead
        FROM stretch) s
    WHERE s.ahead IS NULL OR s.ahead < $4
), x AS MATERIALIZED (
    SELECT p.file, m.loan
    FROM near n JOIN file_part p ON p.last = n.last CROSS JOIN LATERAL unnest(p.loans) AS m (loan)
    WHERE p.file = $1 AND p.reason = $2 AND m.loan > $3
    ORDER BY m.loan LIMIT $4
)
SELECT x.loan, l.loan_id, l.account_number, coalesce(b.current_balance, 0) AS from_balance, coalesce(b.amount_past_due, 0) AS from_past_due,
       0 AS balance, 0 AS past_due, coalesce(e.rule, '') AS rule, coalesce(e.detail, '') AS detail
FROM x
JOIN file_count c ON c.file = x.file
JOIN loan l ON l.loan = x.loan
LEFT JOIN excluded e ON e.file = x.file AND e.loan = x.loan
LEFT JOIN tradeline b ON b.file = c.before AND b.loan = x.loan
ORDER BY x.loan

-- name: InquiryAnswersOpen
-- The open answers of bureaus by destination: how many, and how many of them a file that is made and not sent answers. At most so many
-- are read. $1 how many. Index: answer_open, bureau_file_live, tradeline_pkey.
SELECT p.program_id, d.name AS destination, count(*) AS open, count(n.file) AS told, min(a.received_on) AS oldest_on, max(n.file) AS in_file
FROM (SELECT destination, loan, seen_file, received_on FROM answer WHERE state = 'OPEN' ORDER BY answer LIMIT $1) a
JOIN destination d ON d.destination = a.destination
JOIN program p ON p.program = d.program
LEFT JOIN LATERAL (
    SELECT max(f.file) AS file FROM bureau_file f
    WHERE f.destination = a.destination AND f.file > a.seen_file AND f.state IN ('GENERATED', 'RELEASED')
      AND EXISTS (SELECT FROM tradeline t WHERE t.file = f.file AND t.loan = a.loan)) n ON TRUE
GROUP BY p.program_id, d.name
ORDER BY p.program_id COLLATE "C", d.name COLLATE "C"

-- name: InquiryDisputesLeft
-- How many disputes wait for their answer, by the days that are left. $1 today, $2 days of a clock of which nothing is written down.
-- Index: case_file_disputed, dispute_pkey.
SELECT count(*) FILTER (WHERE c.due_on < $1) AS overdue, count(*) FILTER (WHERE c.due_on BETWEEN $1 AND CAST($1 AS date) + 7) AS week,
       count(*) FILTER (WHERE c.due_on > CAST($1 AS date) + 7) AS later, min(c.due_on) AS next_on
FROM case_file f
LEFT JOIN dispute u ON u.case_key = f.case_key
CROSS JOIN LATERAL (SELECT coalesce(u.due_on, coalesce(f.received_on, f.opened_on) + CAST($2 AS integer)) AS due_on) c
WHERE f.type IN ('DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT') AND f.outcome IS NULL AND f.deleted_on IS NULL

-- name: InquiryFindingsLeft
-- How many findings are open, by the days that are left. $1 today. Index: finding_open, alone.
SELECT count(*) FILTER (WHERE due_on < $1) AS overdue, count(*) FILTER (WHERE due_on BETWEEN $1 AND CAST($1 AS date) + 7) AS week,
       count(*) FILTER (WHERE due_on > CAST($1 AS date) + 7) AS later, min(due_on) AS next_on
FROM finding WHERE state = 'OPEN'

-- name: InquiryFilesWaiting
-- The files that wait for a person or for a delivery: not released, not sent, or sent and not accepted, oldest first. $1 how many.
-- Index: bureau_file is small; delivery_open.
SELECT f.file, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state,
       (SELECT count(*) FROM delivery y WHERE y.file = f.file AND y.state <> 'DELIVERED') AS undelivered
FROM bureau_file f JOIN program p ON p.program = f.program JOIN destination d ON d.destination = f.destination
WHERE f.state IN ('GENERATED', 'RELEASED', 'TRANSMITTED')
ORDER BY f.as_of, f.file LIMIT $1

-- name: InquiryLog
-- How many entries the log of the record has, and how many of them the newest signed head knows; null: there is no head. Whether older
-- files wait to be logged. Index: proof_entry_pkey, proof_head_pkey.
SELECT coalesce((SELECT max(entry) + 1 FROM proof_entry), 0) AS entries, (SELECT max(entries) FROM proof_head) AS signed,
       (SELECT count(*) FROM proof_older) AS older
