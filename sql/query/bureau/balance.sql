-- name: BalanceFile
-- What a balance is of. $1 file. Index: bureau_file_pkey.
SELECT f.file, f.state, f.run IS NULL AS boarded, f.as_of, p.program_id, d.name AS destination, coalesce(f.records, 0) AS records
FROM bureau_file f JOIN program p ON p.program = f.program JOIN destination d ON d.destination = f.destination
WHERE f.file = $1

-- name: BalanceSigned
-- The balance of a file as it was signed. $1 file. Index: file_balance_pkey.
SELECT b.before, o.as_of AS before_as_of, b.last, b.here, b.left_out, b.moved, 0 AS vanished, b.book, b.reported, b.excluded,
       0 AS missing, 0 AS twice, 0 AS unkept, b.signed_by, b.signed_why, b.signed_at
FROM file_balance b LEFT JOIN bureau_file o ON o.file = b.before
WHERE b.file = $1

-- name: BalanceSignedReasons
-- Whom a file left out, by reason, as it was signed. $1 file. Index: file_balance_reason_pkey.
SELECT reason, accounts, of_last, outdated FROM file_balance_reason WHERE file = $1 ORDER BY reason

-- name: BalanceNow
-- The balance of a file as the tables are. $1 file. Index: tradeline_pkey, excluded_pkey, loan_pkey, each in its order; a pass over
-- the file, the one before, and the loans.
SELECT b.before, (SELECT o.as_of FROM bureau_file o WHERE o.file = b.before) AS before_as_of, b.last, b.here, b.left_out, b.moved,
       b.vanished, b.book, b.reported, b.excluded, b.missing, b.twice, b.unkept
FROM balance($1) b

-- name: BalanceReasons
-- Whom a file leaves out, by reason, as the tables are. $1 file, $2 the file before; null: none. Index: excluded_pkey, tradeline_pkey.
SELECT reason, accounts, of_last, outdated FROM balance_reasons($1, $2) ORDER BY reason

-- name: BalanceVanished
-- The loans for which a balance does not hold, and why. $1 file, $2 the file before; null: none, $3 how many.
-- Asked only when it does not hold. Index: tradeline_pkey, excluded_pkey, loan_pkey.
SELECT coalesce(k.loan_id, '') AS loan_id, x.why
FROM (
    SELECT b.loan, 'in the file before, not in this one' AS why
    FROM tradeline b
    LEFT JOIN tradeline t ON t.file = $1 AND t.loan = b.loan
    LEFT JOIN excluded e ON e.file = $1 AND e.loan = b.loan
    LEFT JOIN loan l ON l.loan = b.loan
    JOIN bureau_file f ON f.file = $1
    WHERE b.file = $2 AND t.loan IS NULL AND e.loan IS NULL AND l.program IS NOT DISTINCT FROM f.program
    UNION
    SELECT l.loan, 'of the program, neither in the file nor left out'
    FROM bureau_file f JOIN run r ON r.run = f.run JOIN loan l ON l.program = f.program AND l.loan <= r.last_loan
    LEFT JOIN tradeline t ON t.file = f.file AND t.loan = l.loan
    LEFT JOIN excluded e ON e.file = f.file AND e.loan = l.loan
    WHERE f.file = $1 AND t.loan IS NULL AND e.loan IS NULL
      AND NOT EXISTS (SELECT FROM tradeline b WHERE b.file = $2 AND b.loan = l.loan)
    UNION
    SELECT t.loan, 'in the file and left out'
    FROM tradeline t JOIN excluded e ON e.file = t.file AND e.loan = t.loan WHERE t.file = $1
    UNION
    SELECT t.loan, 'in the file, its stored record is gone'
    FROM bureau_file f JOIN tradeline t ON t.file = f.file
    WHERE f.file = $1 AND f.header IS NOT NULL AND f.let_go_at IS NULL AND NOT f.erased
      AND t.loan NOT IN (SELECT unnest(p.loans) FROM file_page p WHERE p.file = $1)
) x
LEFT JOIN loan_key k ON k.loan = x.loan
ORDER BY x.loan, x.why
LIMIT $3

-- name: BalanceOutdated
-- The accounts of the file before that a file leaves out for some reasons, by what a file said that was taken back since, with that
-- file. $1 file, $2 the file before, $3 reasons, $4 how many. Index: excluded_pkey, tradeline_pkey.
SELECT k.loan_id, concat('left out as ', e.reason, ' by file ', e.last_file, ', which was taken back') AS why
FROM excluded e
JOIN bureau_file o ON o.file = e.last_file AND o.state IN ('VOIDED', 'REJECTED')
JOIN tradeline b ON b.file = $2 AND b.loan = e.loan AND NOT b.final
JOIN loan_key k ON k.loan = e.loan
WHERE e.file = $1 AND e.reason = ANY (CAST($3 AS text[]))
ORDER BY e.loan
LIMIT $4
