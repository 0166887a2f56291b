-- name: CustomerRead
-- Customers, locked. $1 customers. Locks: the rows, in the order of the key. Index: customer_pkey.
SELECT customer, customer_id, removed_on, legal_hold FROM customer WHERE customer = ANY($1) ORDER BY customer FOR NO KEY UPDATE

-- name: CustomerLook
-- Customers. $1 customers. Index: customer_pkey.
SELECT customer, customer_id, removed_on, legal_hold FROM customer WHERE customer = ANY($1) ORDER BY customer

-- name: CustomerLoanRead
-- The loans of customers, each once a destination of its program, and what the newest file there that counts and was about the loan
-- says of it: not one of another billing cycle. A destination that ended before the last closed business date makes no file any more.
-- If a record that it goes by does not count any more, that is nothing: a bureau has refused one since that file was made, or the
-- file that told of the loan last was taken back (DC6, BR11), or a correction has still to go out (BR9).
-- $1 customers.
-- Index: loan_customer_by_customer, loan_pkey, loan_state_pkey, tradeline_pkey, excluded_pkey, answer_pkey, correction_lock.
SELECT lc.customer, l.loan_id, s.status, s.closed_on, g.retention_months, coalesce(said.reported, FALSE) AS reported,
       coalesce(said.reason, '') AS reason, coalesce(said.rule, '') AS rule,
       coalesce(d.ends_on < (SELECT max(r.business_date) FROM run r WHERE r.state = 'CLOSED'), FALSE) AS over
FROM loan_customer lc
JOIN loan l ON l.loan = lc.loan
JOIN loan_state s ON s.loan = lc.loan
JOIN program g ON g.program = l.program
LEFT JOIN destination d ON d.program = l.program
    AND (d.listed OR NOT EXISTS (SELECT FROM destination o WHERE o.program = d.program AND o.listed))
LEFT JOIN LATERAL (
    SELECT f.file, f.as_of, t.loan IS NOT NULL AS reported, x.reason, x.rule, x.last_file
    FROM bureau_file f
    LEFT JOIN tradeline t ON t.file = f.file AND t.loan = l.loan
    LEFT JOIN excluded x ON x.file = f.file AND x.loan = l.loan
    WHERE f.destination = d.destination AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
      AND (t.loan IS NOT NULL OR x.reason <> 'OTHER_CYCLE')
    ORDER BY f.file DESC LIMIT 1) said ON NOT EXISTS (
        SELECT FROM answer a WHERE a.loan = l.loan AND a.outcome = 'REFUSED' AND a.seen_file >= said.file)
    AND NOT EXISTS (SELECT FROM bureau_file b WHERE b.file = said.last_file AND b.state IN ('VOIDED', 'REJECTED'))
    AND NOT EXISTS (SELECT FROM correction c WHERE c.loan = l.loan AND c.state = 'LIVE' AND c.decided_on > said.as_of)
WHERE lc.customer = ANY($1)
ORDER BY lc.customer, lc.loan, d.destination

-- name: CustomerSealed
-- The sealed social security number of a customer. $1 customer. Index: customer_pkey.
SELECT customer_id, ssn FROM customer WHERE customer = $1

-- name: CustomerEraseNotes
-- Replaces what names a customer where a correction, an answer, a dispute or a finding of their loans does, and in the request to remove
-- them and the reason of the operation that does: the note stays (CD1). Before CustomerErase. $1 customer, $2 loans, $3 social security
-- number, empty for none, $4 operation.
-- Index: customer_pkey, correction_pkey, answer_pkey, dispute_by_loan, finding_pkey, customer_removal_pkey, operation_pkey.
WITH who AS (
    SELECT named(ARRAY[CAST($1 AS bigint)], $3) AS told
), corrected AS (
    UPDATE correction c SET
        reason = regexp_replace(c.reason, w.told, '[removed]', 'gi'), evidence = regexp_replace(c.evidence, w.told, '[removed]', 'gi'),
        release_why = regexp_replace(c.release_why, w.told, '[removed]', 'gi')
    FROM who w WHERE c.loan = ANY($2) AND concat_ws(' ', c.reason, c.evidence, c.release_why) ~* w.told
), disputed AS (
    UPDATE dispute u SET checked = regexp_replace(u.checked, w.told, '[removed]', 'gi')
    FROM who w WHERE u.loan = ANY($2) AND u.checked ~* w.told
), found AS (
    UPDATE finding f SET
        accepted_why = regexp_replace(f.accepted_why, w.told, '[removed]', 'gi'), fixed_why = regexp_replace(f.fixed_why, w.told, '[removed]', 'gi')
    FROM who w WHERE f.loan = ANY($2) AND concat_ws(' ', f.accepted_why, f.fixed_why) ~* w.told
), requested AS (
    UPDATE customer_removal r SET erasure_reason = regexp_replace(r.erasure_reason, w.told, '[removed]', 'gi')
    FROM who w WHERE r.customer = $1 AND r.erasure_reason ~* w.told
), asked AS (
    UPDATE operation o SET why = regexp_replace(o.why, w.told, '[removed]', 'gi')
    FROM who w WHERE o.operation = $4 AND o.result IS NULL AND o.why ~* w.told
)
UPDATE answer a SET
    reason = regexp_replace(a.reason, w.told, '[removed]', 'gi'), answered_why = regexp_replace(a.answered_why, w.told, '[removed]', 'gi')
FROM who w WHERE a.loan = ANY($2) AND concat_ws(' ', a.reason, a.answered_why) ~* w.told

-- name: CustomerUnname
-- What somebody wrote without what names a customer. $1 text, $2 customer. Index: customer_pkey.
SELECT regexp_replace($1, named(ARRAY[CAST($2 AS bigint)], NULL), '[removed]', 'gi')

-- name: CustomerErasePages
-- The stored pages of files with a record of loans go: nobody can make these files again, which their rows note. $1 loans.
-- Index: run_chunk_pkey, file_page_by_loan: the pages of one chunk a file. Those of boarded files, which no chunk has made, are found
-- by the account number: file_page_pkey, from its page backwards.
WITH erased AS (
    DELETE FROM file_page p
    USING unnest(CAST($1 AS bigint[])) AS x (loan), bureau_file f, run_chunk c
    WHERE f.state <> 'BUILDING' AND c.run = f.run AND c.step = 'export' AND c.after_loan < x.loan AND c.last_loan >= x.loan
      AND p.file = f.file AND p.loan > c.after_loan AND p.loan <= c.last_loan AND p.loans @> ARRAY[x.loan]
    RETURNING p.file
), boarded AS (
    DELETE FROM file_page p
    USING unnest(CAST($1 AS bigint[])) AS x (loan)
    CROSS JOIN bureau_file f
    JOIN tradeline t ON t.file = f.file AND t.loan = x.loan
    CROSS JOIN LATERAL (
        SELECT o.first_account, o.loan FROM file_page o
        WHERE o.file = f.file AND o.first_account <= t.account_number AND o.loans @> ARRAY[x.loan]
        ORDER BY o.first_account DESC LIMIT 1) o
    WHERE f.run IS NULL AND p.file = f.file AND p.first_account = o.first_account AND p.loan = o.loan
    RETURNING p.file
)
UPDATE bureau_file SET erased = true WHERE file IN (SELECT file FROM erased UNION SELECT file FROM boarded) AND NOT erased

-- name: CustomerErase
-- Erases what is personal of a customer (CD1): the key stays. $1 customer, $2 business date, $3 operation. Index: customer_pkey.
UPDATE customer SET
    surname = '', address1 = '', city = '', state = '', postal_code = '', first_name = NULL, middle_name = NULL,
    generation_code = NULL, ssn = NULL, ssn_hash = NULL, date_of_birth = NULL, date_of_birth_hash = NULL, phone = NULL, address2 = NULL, country_code = NULL,
    address_indicator = NULL, residence_code = NULL, employer_name = NULL, employer_address1 = NULL, employer_address2 = NULL,
    employer_city = NULL, employer_state = NULL, employer_postal_code = NULL, occupation = NULL,
    removed_on = $2, removed_operation = $3
WHERE customer = $1 AND removed_on IS NULL

-- name: CustomerEraseCases
-- Erases the court's numbers of cases that are about removed customers alone, and to which documents and interactions they refer. A
-- case that names no customer is about those of its loans. $1 customer. Index: case_party_by_customer, case_party_by_loan,
-- case_party_customer, loan_customer_by_customer, loan_customer_pkey, customer_pkey, case_file_pkey, case_association_pkey.
WITH touched AS (
    SELECT case_key FROM case_party WHERE customer = $1
    UNION
    SELECT p.case_key FROM loan_customer l JOIN case_party p ON p.loan = l.loan WHERE l.customer = $1
), alone AS (
    SELECT t.case_key FROM touched t
    WHERE NOT EXISTS (
        SELECT FROM case_party o
        LEFT JOIN loan_customer l ON l.loan = o.loan
        JOIN customer c ON c.customer = coalesce(o.customer, l.customer) AND c.removed_on IS NULL
        WHERE o.case_key = t.case_key
          AND (o.customer IS NOT NULL OR NOT EXISTS (SELECT FROM case_party n WHERE n.case_key = t.case_key AND n.customer IS NOT NULL)))
), unassociated AS (
    DELETE FROM case_association a USING alone x WHERE a.case_key = x.case_key AND a.kind IN ('DOCUMENT', 'INTERACTION')
)
UPDATE case_file f SET court_case_number = NULL FROM alone x WHERE f.case_key = x.case_key AND f.court_case_number IS NOT NULL

-- name: AccountErase
-- Empties the packed rows of loans, which hold what is known of their consumers: who reads an empty one makes it from the book.
-- It is not deleted, for an export that reads its range finds it. $1 loan keys. Index: account_pkey.
UPDATE account SET facts = '' WHERE loan = ANY($1)

-- name: CustomerCandidates
-- Customers who may have passed their retention: every loan closed up to a date, or no loan, and not removed.
-- $1 date, $2 customer to begin after, $3 rows.
-- Index: loan_state_closed, loan_customer_pkey, loan_customer_by_customer, customer_pkey.
SELECT customer
FROM (
    SELECT DISTINCT lc.customer
    FROM loan_state s
    JOIN loan_customer lc ON lc.loan = s.loan
    JOIN customer c ON c.customer = lc.customer AND c.removed_on IS NULL
    WHERE s.closed_on <= $1 AND lc.customer > $2
      AND NOT EXISTS (SELECT FROM loan_customer o JOIN loan_state n ON n.loan = o.loan
                      WHERE o.customer = lc.customer AND (n.closed_on IS NULL OR n.closed_on > $1))
    UNION ALL
    SELECT c.customer
    FROM customer c
    WHERE c.customer > $2 AND c.removed_on IS NULL
      AND NOT EXISTS (SELECT FROM loan_customer lc WHERE lc.customer = c.customer)) x
ORDER BY customer LIMIT $3

-- name: CustomerPlaced
-- Customers who are looked at with loans, each with the lowest of their own, and those without a loan with the lowest of the book: not
-- removed, and listed by no night since the last closure. $1 loans.
-- Index: loan_customer_pkey, loan_customer_by_customer, customer_pkey, customer_eligible_pkey, loan_state_pkey.
SELECT lc.customer
FROM loan_customer lc JOIN customer c ON c.customer = lc.customer AND c.removed_on IS NULL
WHERE lc.loan = ANY($1)
  AND NOT EXISTS (SELECT FROM loan_customer o WHERE o.customer = lc.customer AND o.loan < lc.loan)
  AND NOT EXISTS (SELECT FROM customer_eligible e
                  WHERE e.customer = lc.customer
                    AND NOT EXISTS (SELECT FROM loan_customer o JOIN loan_state n ON n.loan = o.loan
                                    WHERE o.customer = lc.customer AND n.closed_on >= e.business_date))
UNION
SELECT c.customer
FROM (SELECT loan FROM loan_state ORDER BY loan LIMIT 1) f CROSS JOIN customer c
WHERE f.loan = ANY($1) AND c.removed_on IS NULL
  AND NOT EXISTS (SELECT FROM loan_customer o WHERE o.customer = c.customer)
  AND NOT EXISTS (SELECT FROM customer_eligible e WHERE e.customer = c.customer)
ORDER BY customer

-- name: RetentionLeast
-- The shortest retention of all programs.
SELECT coalesce(min(retention_months), 0) FROM program

-- name: CustomerEligible
-- Lists customers who may be deleted (CD4). $1 run, $2 business date, $3 customers in the order of the key.
-- Index: customer_eligible_pkey.
INSERT INTO customer_eligible (customer, run, business_date)
SELECT customer, $1, $2 FROM unnest(CAST($3 AS bigint[])) AS x (customer)
ON CONFLICT (customer) DO UPDATE SET run = excluded.run, business_date = excluded.business_date
