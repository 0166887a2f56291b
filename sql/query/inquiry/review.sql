-- name: InquiryReviews
-- A page of what is on the review list: what cases changed in files that count and nobody has seen, cases that the last file could
-- not apply, and cases that monitoring made and nobody acknowledged, each with a loan.
-- $1 case, $2 loan, $3 change, $4 rule, $5 value to begin after, $6 rows.
-- Index: case_change_unseen, case_file_not_acknowledged, case_party_customer, loan_customer_by_customer.
WITH changed AS (
    SELECT c.case_id, c.loan, c.change, c.rule, c.value, c.file, f.as_of AS since
    FROM case_change c JOIN bureau_file f ON f.file = c.file AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    WHERE c.seen_operation IS NULL AND (c.case_id, c.loan, c.change, c.rule, c.value) > ($1, $2, $3, $4, $5)
      AND (c.change <> 'not_applied' OR EXISTS (
          SELECT FROM run_exception x WHERE x.loan = c.loan AND x.run = f.run AND x.code = 'CASE_NOT_APPLIED' AND x.resolved_run IS NULL))
    ORDER BY c.case_id, c.loan, c.change, c.rule, c.value LIMIT $6
), waiting AS (
    SELECT k.case_id, l.loan, 'waits' AS change, 'CA2' AS rule, '' AS value, CAST(NULL AS bigint) AS file, k.opened_on AS since
    FROM case_file k CROSS JOIN LATERAL (
        SELECT coalesce(p.loan, lc.loan) AS loan
        FROM case_party p LEFT JOIN loan_customer lc ON lc.customer = p.customer
        WHERE p.case_key = k.case_key AND coalesce(p.loan, lc.loan) IS NOT NULL
        GROUP BY 1) l
    WHERE k.auto_created AND NOT k.acknowledged AND k.closed_on IS NULL AND k.deleted_on IS NULL AND k.case_id >= $1
      AND (k.case_id, l.loan, 'waits', 'CA2', '') > ($1, $2, $3, $4, $5)
    ORDER BY k.case_id, l.loan LIMIT $6
)
SELECT r.case_id, coalesce(k.type, '') AS type, r.loan, n.loan_id, l.account_number, r.file, r.change, r.rule, r.value, r.since
FROM (TABLE changed UNION ALL TABLE waiting) r
JOIN loan_key n ON n.loan = r.loan JOIN loan l ON l.loan = r.loan LEFT JOIN case_file k ON k.case_id = r.case_id
ORDER BY r.case_id, r.loan, r.change, r.rule, r.value LIMIT $6
