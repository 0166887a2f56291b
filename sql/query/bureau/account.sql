-- name: DeletionRead
-- The loans of a range that a file of some destinations which counts has deleted, with its calendar date as days,
-- 0001-01-01 = 1. $1 after loan, $2 last loan, $3 destinations. Index: deletion_by_loan, bureau_file_pkey.
SELECT d.loan, min(f.as_of) - DATE '0001-01-01' + 1 AS deleted_on
FROM deletion d JOIN bureau_file f ON f.file = d.file
WHERE d.live AND d.loan > $1 AND d.loan <= $2 AND d.destination = ANY (CAST($3 AS bigint[]))
GROUP BY d.loan

-- name: ReversalNoted
-- The loans of a range of which an exception was listed. $1 its code, $2 after loan, $3 last loan. Index: run_exception_by_loan.
SELECT DISTINCT loan FROM run_exception WHERE code = $1 AND loan > $2 AND loan <= $3

-- name: CycleEndsOn
-- The loans of a range with a billing cycle that ends on a date, and those without a further cycle whose last one ended on one
-- of some days of the month. $1 date, $2 after loan, $3 last loan, $4 days. Index: cycle_pkey.
SELECT loan FROM cycle WHERE loan > $2 AND loan <= $3
GROUP BY loan
HAVING bool_or(ends_on = $1) OR max(ends_on) < $1 AND extract(day FROM max(ends_on)) = ANY (CAST($4 AS integer[]))
