-- name: ProofPageAdd
-- A page of rows that a chunk has written. $1 file, $2 first and $3 last loan, $4 columns that are hashed, $5 root, $6 rows, $7 kind.
INSERT INTO proof_page (file, first, last, columns, root, rows, kind) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: ProofRows
-- What a file says of loans now. Dates come as days, 0001-01-01 = 1. $1 file, $2 first and $3 last loan. Index: tradeline_pkey.
SELECT t.as_of - DATE '0001-01-01' + 1, {columns}
FROM tradeline t WHERE t.file = $1 AND t.loan >= $2 AND t.loan <= $3 ORDER BY t.loan

-- name: ProofExcluded
-- What a file leaves out of a range of loans now. $1 file, $2 first and $3 last loan. Index: excluded_pkey.
SELECT loan, reason, rule, detail, coalesce(last_file, 0) FROM excluded WHERE file = $1 AND loan >= $2 AND loan <= $3 ORDER BY loan

-- name: ProofOlderNext
-- An older file of which rows of a kind are still to be logged, and up to which loan they are. Few rows. Locks: the row.
SELECT o.file, o.kind, o.last FROM proof_older o JOIN bureau_file f ON f.file = o.file
WHERE f.state <> 'BUILDING' ORDER BY o.file, o.kind LIMIT 1 FOR UPDATE OF o

-- name: ProofOlderRange
-- The loans of the next page of tradelines of an older file: up to one that a page has already, behind which skip is where to go on.
-- $1 file, $2 after loan, $3 rows. Index: tradeline_pkey, proof_page_pkey.
SELECT coalesce(min(x.loan), 0) AS first, coalesce(max(x.loan), 0) AS last,
       coalesce((SELECT min(p.last) FROM proof_page p WHERE p.file = $1 AND p.kind = 'tradeline' AND p.last > $2), 0) AS skip
FROM (SELECT t.loan FROM tradeline t
      WHERE t.file = $1 AND t.loan > $2
        AND t.loan < coalesce((SELECT min(p.first) FROM proof_page p WHERE p.file = $1 AND p.kind = 'tradeline' AND p.first > $2), 9223372036854775807)
      ORDER BY t.loan LIMIT $3) x

-- name: ProofOlderExcluded
-- ProofOlderRange of what a file leaves out. $1 file, $2 after loan, $3 rows. Index: excluded_pkey, proof_page_pkey.
SELECT coalesce(min(x.loan), 0) AS first, coalesce(max(x.loan), 0) AS last,
       coalesce((SELECT min(p.last) FROM proof_page p WHERE p.file = $1 AND p.kind = 'excluded' AND p.last > $2), 0) AS skip
FROM (SELECT e.loan FROM excluded e
      WHERE e.file = $1 AND e.loan > $2
        AND e.loan < coalesce((SELECT min(p.first) FROM proof_page p WHERE p.file = $1 AND p.kind = 'excluded' AND p.first > $2), 9223372036854775807)
      ORDER BY e.loan LIMIT $3) x

-- name: ProofOlderAdd
-- Logs a page of an older file as it was found. $1 file, $2 last loan, $3 kind. Index: proof_page_pkey.
INSERT INTO proof_entry (entry, kind, a, b, found, digest)
SELECT proof_next(), kind, file, last, TRUE, root FROM proof_page WHERE file = $1 AND kind = $3 AND last = $2

-- name: ProofOlderMove
-- How far an older file is logged. $1 file, $2 loan, $3 kind. Index: proof_older_pkey.
UPDATE proof_older SET last = $2 WHERE file = $1 AND kind = $3

-- name: ProofOlderDone
-- All rows of a kind of an older file are logged. $1 file, $2 kind. Index: proof_older_pkey.
DELETE FROM proof_older WHERE file = $1 AND kind = $2
