-- name: PagePlan
-- How PageRead is planned, until its transaction ends: by the index that is the order of the pages, whatever the statistics
-- say. They may be those of another month, when the planner expects no page or every page of the table.
SELECT set_config('enable_seqscan', 'off', TRUE), set_config('enable_bitmapscan', 'off', TRUE),
       set_config('enable_sort', 'off', TRUE), set_config('jit', 'off', TRUE)

-- name: PageRead
-- The pages of a file by their first account number. $1 file. Index: file_page_pkey, in whose order they come.
SELECT loan, checksum, records FROM file_page WHERE file = $1 ORDER BY first_account, loan

-- name: PageLoan
-- The lender's id of the loan behind a record of a page. $1 file, $2 first loan, $3 number of the record in its page, from
-- 1. Index: file_page_pkey by the file alone, once, when a file cannot be made; loan_pkey.
SELECT l.loan_id FROM file_page p JOIN loan l ON l.loan = p.loans[$3] WHERE p.file = $1 AND p.loan = $2

-- name: PageClearRead
-- Pages in clear. $1 file, $2 first account and $3 loan to begin after, $4 rows. Locks: the rows. Index: clear_page_pkey.
SELECT file, first_account, loan, CAST(loans AS text) AS loans, checksum, records FROM clear_page
WHERE (file, first_account, loan) > ($1, $2, $3) ORDER BY file, first_account, loan LIMIT $4 FOR UPDATE

-- name: PageClearDone
-- Pages that are sealed. $1 file, $2 first account and $3 loan that they come after, and $4, $5, $6 of the last. Index: clear_page_pkey.
DELETE FROM clear_page WHERE (file, first_account, loan) > ($1, $2, $3) AND (file, first_account, loan) <= ($4, $5, $6)

-- name: PageClearDrop
-- Drops the table of pages in clear, and what the planner knew of them. Locks: the table.
DROP TABLE IF EXISTS clear_page

-- name: PageResealRead
-- Pages that another key than one has sealed. $1 file, $2 first account and $3 loan to begin after, $4 id of the key, $5 rows. Locks:
-- the rows, but for those that another transaction has. Index: file_page_pkey.
SELECT file, first_account, loan, records FROM file_page
WHERE (file, first_account, loan) > ($1, $2, $3) AND substr(records, 2, 4) <> $4
ORDER BY file, first_account, loan LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED

-- name: PageReseal
-- Pages sealed anew. $1 files, $2 first accounts, $3 loans, $4 records. Index: file_page_pkey.
UPDATE file_page p SET records = x.records
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS text[]), CAST($3 AS bigint[]), CAST($4 AS bytea[])) AS x (file, first_account, loan, records)
WHERE (p.file, p.first_account, p.loan) = (x.file, x.first_account, x.loan)
