-- Takes the entries that the book holds already out of the staging table. An entry is immutable: it comes again as
-- it is, or a PENDING one becomes SETTLED or FAILED, with the time of that; anything else is rejected.
-- Gives the rows updated and rejected. $1 import, $2, $3 lowest and highest id in the file. Index: loan_transaction_pkey.
WITH known AS (
    SELECT s.line, s.state, s.posted_at, t.loan, t.transaction_id, k.loan_id = s.loan_id AS same_loan,
           (t.type, t.amount_cents, t.effective_on, t.reverses, t.due_cycle_no)
               IS NOT DISTINCT FROM (s.type, s.amount_cents, s.effective_on, s.reverses, s.due_cycle_no) AS same_entry,
           (t.state, t.posted_at) = (s.state, s.posted_at) AS same_state,
           t.state = 'PENDING' AND s.state <> 'PENDING' AS settles
    FROM staged_transactions s
    JOIN loan_transaction t ON t.transaction_id = s.transaction_id
        AND t.transaction_id BETWEEN CAST($2 AS text) AND CAST($3 AS text)
    JOIN loan_key k ON k.loan = t.loan
), gone AS (
    DELETE FROM staged_transactions s USING known n WHERE s.line = n.line
), rejected AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'transactions.csv', line, CASE WHEN same_loan THEN 'transaction_id' ELSE 'loan_id' END, 'key',
           CASE WHEN same_loan THEN 'differs from the entry already posted' ELSE 'the transaction_id is known of another loan' END
    FROM known
    WHERE NOT same_loan OR NOT same_entry OR NOT (same_state OR settles)
    RETURNING 1
), settled AS (
    UPDATE loan_transaction t SET state = n.state, posted_at = n.posted_at
    FROM known n
    WHERE n.same_loan AND n.same_entry AND n.settles AND t.transaction_id = n.transaction_id AND t.loan = n.loan
    RETURNING t.loan
), woken AS (
    UPDATE loan_wake w SET wake_on = DATE '0001-01-01' WHERE w.loan IN (SELECT loan FROM settled)
)
SELECT (SELECT count(*) FROM settled) AS updated, (SELECT count(*) FROM rejected) AS rejected
