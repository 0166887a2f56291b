-- Closed loans whose closure has no statement yet. $1 loan keys. Index: loan_state_pkey, loan_pkey, statement_pkey, status_history_pkey.
SELECT s.loan, l.loan_id, s.status, s.closed_on, s.episode, l.opened_on, h.to_status AS first_status, s.imported_after
FROM loan_state s
JOIN loan l ON l.loan = s.loan AND l.loan = ANY($1)
JOIN status_history h ON h.loan = s.loan AND h.seq = 1 AND h.loan = ANY($1)
WHERE s.loan = ANY($1) AND s.closed_on IS NOT NULL
  AND NOT EXISTS (SELECT FROM statement t WHERE t.loan = s.loan AND t.episode = s.episode)
ORDER BY s.loan
