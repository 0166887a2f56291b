-- The state of every loan, in byte order of the lender's ids whatever the database's collation.
-- Index: none, the whole book is read.
SELECT l.loan_id, l.account_number, s.status, s.status_since, s.closed_on, s.servicing_status,
       nullif(s.stop_reason, '') AS stop_reason
FROM loan_state s JOIN loan l ON l.loan = s.loan
ORDER BY l.loan_id COLLATE "C"
