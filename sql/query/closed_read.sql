-- Each loan of a chunk with what says whether its closure still lacks a statement.
-- $1 after loan, $2 last loan. Index: loan_state_pkey, statement_pkey, status_history_pkey.
SELECT s.loan, l.loan_id, s.status, s.closed_on, s.episode, l.opened_on,
       t.loan IS NOT NULL AS has_statement, h.to_status AS first_status, s.imported_after
FROM loan_state s
JOIN loan l ON l.loan = s.loan AND l.loan > $1 AND l.loan <= $2
LEFT JOIN statement t ON t.loan = s.loan AND t.episode = s.episode AND t.loan > $1 AND t.loan <= $2
LEFT JOIN status_history h ON h.loan = s.loan AND h.seq = 1 AND h.loan > $1 AND h.loan <= $2
WHERE s.loan > $1 AND s.loan <= $2
ORDER BY s.loan
