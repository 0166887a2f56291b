-- Wakes loans that came in by another door than the import. $1 last loan key of the book.
-- Index: loan_state_pkey, loan_wake_pkey; two counts where none is missing.
INSERT INTO loan_wake (loan, wake_on)
SELECT s.loan, DATE '0001-01-01' FROM loan_state s
WHERE s.loan <= $1 AND (SELECT count(*) FROM loan_wake) < (SELECT count(*) FROM loan_state)
  AND NOT EXISTS (SELECT FROM loan_wake w WHERE w.loan = s.loan)
ORDER BY s.loan
