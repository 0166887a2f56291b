-- What steps 1 to 3 know of loans besides their ledgers. $1 loan keys. Index: loan_state_pkey, loan_pkey.
SELECT s.loan, s.status, s.status_since, s.status_cause <> 'NIGHT' AS by_hand, s.closed_on, s.count_from, s.reopened_on,
       l.product, l.opened_on, l.hold_until, l.promo_ends_on
FROM loan_state s JOIN loan l ON l.loan = s.loan AND l.loan = ANY($1)
WHERE s.loan = ANY($1)
ORDER BY s.loan
