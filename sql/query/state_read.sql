-- What steps 1 and 2 know of each loan of a chunk besides its ledger.
-- $1 after loan, $2 last loan. Index: loan_state_pkey, loan_pkey.
SELECT s.loan, s.status, s.status_since, s.status_cause <> 'NIGHT' AS by_hand, s.closed_on, s.count_from, s.reopened_on,
       l.product, l.opened_on, l.hold_until, l.promo_ends_on
FROM loan_state s JOIN loan l ON l.loan = s.loan AND l.loan > $1 AND l.loan <= $2
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY s.loan
