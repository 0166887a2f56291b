-- name: FileList
-- Files of the bureaus, newest last. $1 run; 0: of all runs. Index: none needed, few rows.
SELECT f.file, coalesce(f.run, 0) AS run, p.program_id, d.name AS destination, f.as_of, f.created_on, f.state, coalesce(f.state_why, '') AS state_why,
       coalesce(f.name, '') AS name, coalesce(f.path, '') AS path, coalesce(f.sha256, '') AS sha256,
       coalesce(f.bytes, 0) AS bytes, coalesce(f.records, 0) AS records, coalesce(f.excluded, 0) AS excluded,
       (SELECT count(*) FROM deletion x WHERE x.file = f.file) AS deletions
FROM bureau_file f JOIN program p ON p.program = f.program JOIN destination d ON d.destination = f.destination
WHERE $1 = CAST(0 AS bigint) OR f.run = $1
ORDER BY f.file

-- name: ProgramCalendars
-- Every program with its calendar and destinations: those that are listed, else the one that it has by itself. Few rows.
-- Locks: the destinations, against files that are taken back.
SELECT p.program, p.program_id, p.calendar, d.destination, d.ends_on
FROM program p JOIN destination d ON d.program = p.program
WHERE d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed)
ORDER BY p.program_id, d.name
FOR SHARE OF d

-- name: DestinationPast
-- Of each program the destination of a name, else its first: a loan that changed its program has its past there. $1 name. Few rows.
SELECT DISTINCT ON (d.program) d.destination
FROM destination d
WHERE d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed)
ORDER BY d.program, d.name = $1 DESC, d.destination

-- name: FilesWaiting
-- The files that were noted as waiting. Few rows.
SELECT w.program, w.as_of, w.calendar, w.noted_on FROM file_waiting w ORDER BY w.program, w.as_of

-- name: FirstNight
-- The business date of the book's very first night. Index: run_one_per_date.
SELECT min(business_date) FROM run WHERE state = 'CLOSED'

-- name: FilePlan
-- A file that a run owes: a destination's calendar date, unless a live file has it or the program has no loan opened by
-- then. $1 run, $2 program, $3 destination, $4 as of, $5 previous calendar date, $6 created on, $7 calendar.
INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, calendar)
SELECT (SELECT coalesce(max(file), 0) + 1 FROM bureau_file), $1, $2, $3, $4, $5, $6, 'BUILDING', $7
WHERE EXISTS (SELECT FROM loan WHERE program = $2 AND opened_on <= $4)
  AND NOT EXISTS (SELECT FROM bureau_file WHERE destination = $3 AND as_of = $4 AND state NOT IN ('VOIDED', 'REJECTED'))

-- name: FileAgain
-- A file that replaces one that was taken back, with what is known up to the last closed business date. It returns its run.
-- $1 file, $2 who makes it.
INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, calendar, made_by)
SELECT (SELECT max(n.file) + 1 FROM bureau_file n), f.run, f.program, f.destination, f.as_of, f.previous_on,
       (SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED'), 'BUILDING', f.calendar, $2
FROM bureau_file f WHERE f.file = $1
RETURNING run

-- name: FileGeneration
-- What a file holds. $1 file. Index: bureau_file_pkey, deletion by destination.
SELECT f.file, f.records, f.excluded,
       (SELECT count(*) FROM deletion d WHERE d.destination = f.destination AND d.file = f.file) AS deletions
FROM bureau_file f WHERE f.file = $1

-- name: FileUndo
-- Takes back what the chunks of a run made for its files that are not written yet, so that they can be made again.
-- $1 run. Index: tradeline_pkey, proof_page_pkey, excluded_pkey, file_page_pkey, correction_by_file, correction_at_by_file.
WITH building AS (
    SELECT file FROM bureau_file WHERE run = $1 AND state = 'BUILDING'
), pages AS (
    DELETE FROM file_page WHERE file IN (SELECT file FROM building)
), reports AS (
    DELETE FROM tradeline WHERE file IN (SELECT file FROM building)
), proofs AS (
    DELETE FROM proof_page WHERE file IN (SELECT file FROM building)
), exclusions AS (
    DELETE FROM excluded WHERE file IN (SELECT file FROM building)
), ends AS (
    UPDATE correction_at SET ended_file = NULL, ended_fact = NULL WHERE ended_file IN (SELECT file FROM building)
), locks AS (
    UPDATE correction c SET state = 'LIVE', ended_file = NULL, ended_fact = NULL
    WHERE c.ended_file IN (SELECT file FROM building)
      AND NOT EXISTS (SELECT FROM correction n WHERE n.loan = c.loan AND n.field = c.field AND n.state = 'LIVE')
), changes AS (
    DELETE FROM case_change WHERE file IN (SELECT file FROM building) AND seen_operation IS NULL
)
DELETE FROM deletion WHERE file IN (SELECT file FROM building)

-- name: FileForget
-- Takes back the files that a run planned and did not write. $1 run.
DELETE FROM bureau_file WHERE run = $1 AND state = 'BUILDING'

-- name: FileOfRun
-- The first file of a run, 0 if it has none. $1 run.
SELECT coalesce(min(file), 0) FROM bureau_file WHERE run = $1

-- name: CycleEnds
-- Whether a billing cycle that a program reports ends on a date, or the turn of an account without a further cycle comes.
-- $1 program, $2 date, $3 days of the month. Index: loan_by_account, cycle_pkey.
SELECT EXISTS (
    SELECT FROM cycle c JOIN loan l ON l.loan = c.loan JOIN program p ON p.program = l.program
    WHERE l.program = $1 AND c.ends_on = $2
      AND (cardinality(p.activity_cycle_ids) = 0 OR l.cycle_id = ANY (p.activity_cycle_ids)))
OR EXISTS (
    SELECT FROM loan l JOIN program p ON p.program = l.program
    CROSS JOIN LATERAL (SELECT max(c.ends_on) AS ends_on FROM cycle c WHERE c.loan = l.loan) last
    WHERE l.program = $1 AND last.ends_on < $2 AND extract(day FROM last.ends_on) = ANY (CAST($3 AS integer[]))
      AND (cardinality(p.activity_cycle_ids) = 0 OR l.cycle_id = ANY (p.activity_cycle_ids)))

-- name: FileBuilding
-- The files that a run is building, oldest calendar date first. $1 run.
SELECT f.file, f.run, f.program, f.destination, d.name AS destination_name, f.as_of, f.previous_on, f.created_on,
       p.program_id, p.identification_number,
       p.reporter_name, p.reporter_address, coalesce(p.reporter_phone, '') AS reporter_phone,
       coalesce(h.innovis_id, '') AS innovis_id, coalesce(h.equifax_id, '') AS equifax_id,
       coalesce(h.experian_id, '') AS experian_id, coalesce(h.transunion_id, '') AS transunion_id,
       coalesce(f.calendar, p.calendar) AS calendar, p.activity_cycle_ids,
       (SELECT count(*) FROM destination o WHERE o.program = f.program AND o.listed) > 1 AS several
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
CROSS JOIN LATERAL (
    SELECT d.innovis_id, d.equifax_id, d.experian_id, d.transunion_id WHERE d.listed
    UNION ALL
    SELECT p.innovis_id, p.equifax_id, p.experian_id, p.transunion_id WHERE NOT d.listed) h
WHERE f.run = $1 AND f.state = 'BUILDING'
ORDER BY f.as_of, p.program_id, f.file

-- name: FileDone
-- A file was written. $1 file, $2 name, $3 path, $4 sha256, $5 bytes, $6 records, $7 marks, $8 header, $9 loans of its program.
UPDATE bureau_file f SET state = 'GENERATED', name = $2, path = $3, sha256 = $4, bytes = $5, records = $6, marks = $7, header = $8, book = $9,
    excluded = (SELECT count(*) FROM excluded e WHERE e.file = f.file)
WHERE f.file = $1 AND f.state = 'BUILDING'

-- name: FileCounts
-- What the ledger says a file holds, and the loans of its program in its run's book. $1 file. Index: tradeline_pkey, excluded_pkey.
SELECT (SELECT count(*) FROM tradeline WHERE file = f.file) AS reported,
       (SELECT count(*) FROM excluded WHERE file = f.file) AS excluded,
       (SELECT count(*) FROM loan l WHERE l.program = f.program AND l.loan <= r.last_loan) AS book
FROM bureau_file f JOIN run r ON r.run = f.run WHERE f.file = $1

-- name: FileState
-- A file for a change of its state. $1 file. Locks: the row.
SELECT file, destination, state, run IS NULL AS boarded, coalesce(path, '') AS path, coalesce(sha256, '') AS sha256, coalesce(bytes, 0) AS bytes, as_of, previous_on, created_on,
       coalesce(bureau_file.calendar, (SELECT p.calendar FROM program p WHERE p.program = bureau_file.program)) AS calendar
FROM bureau_file WHERE file = $1 FOR UPDATE

-- name: FileMakers
-- Who made a file: who ran its night or any other attempt at that business date, each of which rests on the ones before; or who
-- made it again by hand, and who ran an attempt that came to the same bytes. $1 file. Index: run_one_per_date, run_file_pkey.
SELECT r.who
FROM bureau_file f JOIN run n ON n.run = f.run JOIN run r ON r.business_date = n.business_date AND (r.run = n.run OR r.state = 'CLOSED')
WHERE f.file = $1 AND f.made_by IS NULL
UNION
SELECT made_by FROM bureau_file WHERE file = $1 AND made_by IS NOT NULL
UNION
SELECT r.who FROM run_file x JOIN run r ON r.run = x.run WHERE x.file = $1 AND x.outcome = 'SAME'
ORDER BY 1

-- name: FileDestination
-- Keeps a night from planning files of a file's destination until the transaction ends. $1 file. Locks: the destination.
SELECT d.destination FROM destination d JOIN bureau_file f ON f.destination = d.destination WHERE f.file = $1 FOR NO KEY UPDATE OF d

-- name: FileAround
-- The other files of a file's destination that were not taken back, in the order of their dates. $1 file.
SELECT o.file, o.state, o.as_of, o.as_of < f.as_of AS earlier
FROM bureau_file f JOIN bureau_file o ON o.destination = f.destination AND o.file <> f.file
WHERE f.file = $1 AND o.state NOT IN ('VOIDED', 'REJECTED')
ORDER BY o.as_of

-- name: FileCounting
-- The first file of a destination that counts and is as of a date or a later one. $1 destination, $2 date. Index: bureau_file_live.
SELECT file, state, as_of FROM bureau_file
WHERE destination = $1 AND as_of >= $2 AND state NOT IN ('VOIDED', 'REJECTED') ORDER BY as_of LIMIT 1

-- name: FileNamed
-- Whether there is a file of a name, which has the file's number in it. $1 name.
SELECT EXISTS (SELECT FROM bureau_file WHERE name = $1)

-- name: DatabaseID
-- Which database this is, among all of all servers.
SELECT concat_ws('/', system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database())) FROM pg_control_system()

-- name: FileNotDelivered
-- The right to deliver a file, until the transaction ends, unless another session has it. $1 key of the lock.
SELECT pg_try_advisory_xact_lock($1)

-- name: FileKept
-- What a file's bytes are made from beside its records. $1 file. Index: bureau_file_pkey.
SELECT coalesce(name, '') AS name, coalesce(header, '') AS header, coalesce(records, 0) AS records, let_go_at,
       coalesce(let_go_by, '') AS let_go_by, purged_at, coalesce(purged_by, '') AS purged_by
FROM bureau_file WHERE file = $1

-- name: FileRecall
-- A file and what its bytes are made from. $1 file. Index: bureau_file_pkey.
SELECT file, state, coalesce(path, '') AS path, coalesce(sha256, '') AS sha256, coalesce(bytes, 0) AS bytes, coalesce(name, '') AS name,
       coalesce(header, '') AS header, coalesce(records, 0) AS records, let_go_at, coalesce(let_go_by, '') AS let_go_by,
       purged_at, coalesce(purged_by, '') AS purged_by
FROM bureau_file WHERE file = $1

-- name: FileMonthBefore
-- The last files of a file's destination that count and are of earlier dates, newest first. $1 file, $2 as of this date or a
-- later one, $3 how many. Index: bureau_file_live.
SELECT o.file, o.state, coalesce(o.path, '') AS path, o.sha256, o.bytes, o.as_of, coalesce(o.name, '') AS name,
       coalesce(o.header, '') AS header, coalesce(o.records, 0) AS records, o.let_go_at, coalesce(o.let_go_by, '') AS let_go_by,
       o.purged_at, coalesce(o.purged_by, '') AS purged_by
FROM bureau_file f JOIN bureau_file o ON o.destination = f.destination AND o.as_of < f.as_of
WHERE f.file = $1 AND o.as_of >= $2 AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
ORDER BY o.as_of DESC LIMIT $3

-- name: FileOld
-- The files before a date whose records are kept and that are not to be sent, but for the last that count of their destination and
-- so many days before. $1 date, $2 days. Index: file_page_pkey, by file.
SELECT f.file, f.name, f.as_of, f.state, f.records, f.sha256,
       (SELECT coalesce(sum(octet_length(p.records)), 0) FROM file_page p WHERE p.file = f.file) AS kept_bytes
FROM bureau_file f
WHERE f.as_of < $1 AND f.state IN ('TRANSMITTED', 'ACCEPTED', 'VOIDED', 'REJECTED') AND f.header IS NOT NULL AND f.let_go_at IS NULL
  AND f.as_of < coalesce((SELECT max(o.as_of) FROM bureau_file o
                          WHERE o.destination = f.destination AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')) - CAST($2 AS integer), 'infinity')
ORDER BY f.file

-- name: FileLetGo
-- Lets the records of a file go. $1 file, $2 now, $3 who. Index: file_page_pkey.
WITH pages AS (
    DELETE FROM file_page WHERE file = $1
)
UPDATE bureau_file SET let_go_at = $2, let_go_by = $3 WHERE file = $1

-- name: FileExpired
-- The files before a date that were not purged and are not to be sent, but for the last that count of their destination and so many
-- days before, with how long their program keeps a customer, and whether they tell of one under legal hold. $1 date, $2 days.
-- Index: customer is read once for those under hold; loan_customer_by_customer, tradeline_pkey.
WITH held AS MATERIALIZED (
    SELECT DISTINCT lc.loan FROM customer c JOIN loan_customer lc ON lc.customer = c.customer WHERE c.legal_hold
)
SELECT f.file, f.name, f.as_of, f.state, f.records, f.sha256, p.retention_months,
       EXISTS (SELECT FROM held h JOIN tradeline t ON t.loan = h.loan AND t.file = f.file) AS held
FROM bureau_file f JOIN program p ON p.program = f.program
WHERE f.as_of < $1 AND f.state IN ('TRANSMITTED', 'ACCEPTED', 'VOIDED', 'REJECTED') AND f.purged_at IS NULL
  AND f.as_of < coalesce((SELECT max(o.as_of) FROM bureau_file o
                          WHERE o.destination = f.destination AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')) - CAST($2 AS integer), 'infinity')
ORDER BY f.file

-- name: FilePurge
-- Notes that a file is purged, and lets its records go. $1 file, $2 now, $3 who. Index: file_page_pkey.
WITH pages AS (
    DELETE FROM file_page WHERE file = $1
)
UPDATE bureau_file SET purged_at = $2, purged_by = $3, let_go_at = coalesce(let_go_at, $2), let_go_by = coalesce(let_go_by, $3)
WHERE file = $1

-- name: FileCopies
-- Where copies of a file lie for people to send. $1 file. Index: delivery_pkey, delivery_attempt_pkey.
SELECT a.place || '/' || d.name
FROM delivery d JOIN delivery_attempt a ON a.file = d.file AND a.receiver = d.receiver AND a.attempt = d.attempts
WHERE d.file = $1 AND d.by_hand AND d.state <> 'WAITING' ORDER BY d.receiver

-- name: FileSent
-- An address that a file was sent to, or where it may be. $1 file. Index: delivery_pkey.
SELECT receiver FROM delivery WHERE file = $1 AND state <> 'WAITING' AND NOT by_hand ORDER BY receiver LIMIT 1

-- name: FileWritten
-- A file as it was written, and where it is now. $1 file. Index: bureau_file_pkey.
SELECT file, destination, state, coalesce(path, '') AS path, coalesce(sha256, '') AS sha256, coalesce(bytes, 0) AS bytes, as_of, previous_on, created_on,
       coalesce(bureau_file.calendar, (SELECT p.calendar FROM program p WHERE p.program = bureau_file.program)) AS calendar
FROM bureau_file WHERE file = $1

-- name: FileChange
-- Changes a file's state. $1 file, $2 state, $3 why, $4 where it is.
UPDATE bureau_file SET state = $2, state_why = $3, path = $4 WHERE file = $1

-- name: FileEventAdd
-- The history of a file's state. $1 file, $2 state, $3 who, $4 why, $5 now, $6 acknowledged rules. Index: bureau_file_event_pkey.
INSERT INTO bureau_file_event (file, seq, state, who, why, at, acknowledged)
SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, coalesce(CAST($6 AS text[]), '{}') FROM bureau_file_event WHERE file = $1

-- name: FileAnnounce
-- The outgoing event of a file's new state; its id is the same whenever it is sent (FS5). Of a boarded file nobody is told. $1 file.
-- Index: bureau_file_pkey.
INSERT INTO outbox (loan, event_id, type, run, business_date, payload)
SELECT 0, concat('file_state:', f.file, ':', f.state), 'file_state', f.run, f.created_on,
       jsonb_build_object('file', f.file, 'program_id', p.program_id, 'destination', d.name, 'as_of', f.as_of, 'state', f.state,
           'name', f.name, 'sha256', f.sha256, 'bytes', f.bytes, 'records', f.records)
FROM bureau_file f
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE f.file = $1 AND f.run IS NOT NULL

-- name: FileNumbers
-- What the files that a run has still to write hold, and the last three files that count before each of the same destination:
-- records, deletions, and the accounts that the file before had and this one leaves out.
-- $1 run, $2 reasons of exclusion that are routine. Index: tradeline_pkey, excluded_pkey, deletion_pkey, by file.
WITH near AS (
    SELECT b.file AS building, b.as_of, b.program, b.calendar, n.file, n.destination, n.records
    FROM bureau_file b
    CROSS JOIN LATERAL (
        SELECT b.file, b.destination, (SELECT count(*) FROM tradeline t WHERE t.file = b.file) AS records
        UNION ALL
        (SELECT o.file, o.destination, o.records FROM bureau_file o
         WHERE o.destination = b.destination AND o.file < b.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
         ORDER BY o.file DESC LIMIT 3)
    ) n
    WHERE b.run = $1 AND b.state = 'BUILDING'
)
SELECT n.building, p.program_id, x.name AS destination_name,
       (SELECT count(*) FROM destination o WHERE o.program = n.program AND o.listed) > 1 AS several,
       coalesce(n.calendar, p.calendar) AS calendar, n.as_of, n.file, n.records,
       (SELECT count(*) FROM deletion d WHERE d.destination = n.destination AND d.file = n.file) AS deletions,
       (SELECT count(*) FROM excluded e
        WHERE e.file = n.file AND e.reason <> ALL (CAST($2 AS text[]))
          AND e.last_file = (SELECT max(o.file) FROM bureau_file o
                             WHERE o.destination = n.destination AND o.file < n.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED'))
       ) AS left_out
FROM near n
JOIN program p ON p.program = n.program
JOIN destination x ON x.destination = n.destination
ORDER BY n.building, n.file DESC
