-- name: WhatIfFiles
-- The files that count as of the newest date of all, or of one, and the last loan of the book of each. $1 date, null: the newest.
-- bureau_file has a row a program, destination and date.
SELECT f.file, f.run, f.program, f.destination, d.name AS destination_name, f.as_of, f.previous_on, f.created_on, p.program_id,
       coalesce(f.calendar, p.calendar) AS calendar, p.activity_cycle_ids, r.last_loan,
       (SELECT count(*) FROM destination o WHERE o.program = f.program AND o.listed) > 1 AS several
FROM bureau_file f
JOIN run r ON r.run = f.run
JOIN program p ON p.program = f.program
JOIN destination d ON d.destination = f.destination
WHERE f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
  AND f.as_of = coalesce(CAST($1 AS date), (SELECT max(o.as_of) FROM bureau_file o WHERE o.run IS NOT NULL AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')))
ORDER BY p.program_id, f.file

-- name: WhatIfKeys
-- The keys of a product and of a program by their ids; null for one that is not there. $1 product, $2 program.
SELECT (SELECT product FROM product WHERE product_id = $1) AS product, (SELECT program FROM program WHERE program_id = $2) AS program

-- name: WhatIfLoans
-- How loans are called. $1 keys. Index: loan_pkey.
SELECT loan, loan_id, account_number FROM loan WHERE loan = ANY (CAST($1 AS bigint[])) ORDER BY loan
