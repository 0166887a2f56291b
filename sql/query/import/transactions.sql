-- name: ImportTransactionsSpan
-- The lowest and highest id in the file, empty if no row is left. Ids of new loans often lie beside those of the book,
-- which is then not read; but the planner must know it beforehand.
SELECT coalesce(min(transaction_id), ''), coalesce(max(transaction_id), '') FROM staged_transactions

-- name: ImportTransactionsNews
-- The loans with a packed row that get new entries, and the settled ones of these; a reversal changes what is packed.
-- Days are counted from 0001-01-01 = 1. The guard spares a first import, where no row is right, the joins.
-- Index: loan_wake_by_date, loan_wake_pkey.
DECLARE news NO SCROLL CURSOR FOR
SELECT w.loan, bool_or(s.type = 'REVERSAL') AS changes,
       array_agg(s.type) FILTER (WHERE s.state = 'SETTLED') AS kinds,
       array_agg(s.amount_cents) FILTER (WHERE s.state = 'SETTLED') AS amounts,
       array_agg(s.effective_on - DATE '0001-01-01' + 1) FILTER (WHERE s.state = 'SETTLED') AS days,
       array_agg(CAST(s.due_cycle_no IS NOT NULL AS integer)) FILTER (WHERE s.state = 'SETTLED') AS names_cycle, NULL AS ends
FROM staged_transactions s
JOIN loan_key k ON k.loan_id = s.loan_id
JOIN loan_wake w ON w.loan = k.loan AND w.state <> 'STALE'
WHERE EXISTS (SELECT FROM loan_wake WHERE state <> 'STALE')
GROUP BY w.loan
ORDER BY w.loan

-- name: ImportTransactions
-- Posts the new entries but reversals. It comes before these are looked at, which then find what they name in the book.
INSERT INTO loan_transaction (
    loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses, due_cycle_no)
SELECT k.loan, s.transaction_id, s.type, s.amount_cents, s.effective_on, s.posted_at, s.state, s.reverses, s.due_cycle_no
FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
WHERE s.type <> 'REVERSAL'

-- name: ImportTransactionsReversals
-- Posts the new reversals.
INSERT INTO loan_transaction (
    loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses, due_cycle_no)
SELECT k.loan, s.transaction_id, s.type, s.amount_cents, s.effective_on, s.posted_at, s.state, s.reverses, s.due_cycle_no
FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
WHERE s.type = 'REVERSAL'

-- name: ImportTransactionsKnown
-- Takes the entries that the book holds already out of the staging table. An entry is immutable: it comes again as
-- it is, or a PENDING one becomes SETTLED or FAILED, with the time of that; anything else is rejected.
-- Gives the rows updated and rejected. $1 import, $2 room for rejects, $3, $4 lowest and highest id in
-- the file. Index: loan_transaction_pkey.
WITH known AS (
    SELECT s.line, s.state, s.posted_at, t.loan, t.transaction_id, k.loan_id = s.loan_id AS same_loan,
           (t.type, t.amount_cents, t.effective_on, t.reverses, t.due_cycle_no)
               IS NOT DISTINCT FROM (s.type, s.amount_cents, s.effective_on, s.reverses, s.due_cycle_no) AS same_entry,
           (t.state, t.posted_at) = (s.state, s.posted_at) AS same_state,
           t.state = 'PENDING' AND s.state <> 'PENDING' AS settles
    FROM staged_transactions s
    JOIN loan_transaction t ON t.transaction_id = s.transaction_id
        AND t.transaction_id BETWEEN CAST($3 AS text) AND CAST($4 AS text)
    JOIN loan_key k ON k.loan = t.loan
), gone AS (
    DELETE FROM staged_transactions s USING known n WHERE s.line = n.line
), rejected AS (
    SELECT line, same_loan FROM known WHERE NOT same_loan OR NOT same_entry OR NOT (same_state OR settles)
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'transactions.csv', line, CASE WHEN same_loan THEN 'transaction_id' ELSE 'loan_id' END, 'key',
           CASE WHEN same_loan THEN 'differs from the entry already posted' ELSE 'the transaction_id is known of another loan' END
    FROM rejected ORDER BY line LIMIT $2
), settled AS (
    UPDATE loan_transaction t SET state = n.state, posted_at = n.posted_at
    FROM known n
    WHERE n.same_loan AND n.same_entry AND n.settles AND t.transaction_id = n.transaction_id AND t.loan = n.loan
    RETURNING t.loan
), woken AS (
    SELECT wake(array_agg(DISTINCT loan), 'transactions') FROM settled
)
SELECT (SELECT count(*) FROM settled) AS updated, (SELECT count(*) FROM rejected) AS rejected
FROM (SELECT count(*) FROM woken) w

-- name: ImportTransactionsReversal
-- Rejects reversals that do not undo what they name: it must be there, of the same loan, no reversal itself, and of the
-- same amount. All other entries of the file are in the book. $1 import, $2 room for rejects. Index: loan_transaction_pkey.
WITH sent AS (
    SELECT r.ctid AS place, r.line, r.loan_id, r.amount_cents, coalesce(k.loan_id, o.loan_id) AS of_loan,
           coalesce(t.type, o.type) AS of_type, coalesce(t.amount_cents, o.amount_cents) AS of_cents
    FROM staged_transactions r
    LEFT JOIN loan_transaction t ON t.transaction_id = r.reverses
    LEFT JOIN loan_key k ON k.loan = t.loan
    LEFT JOIN staged_transactions o ON o.transaction_id = r.reverses AND o.type = 'REVERSAL'
    WHERE r.type = 'REVERSAL'
), verdict AS (
    SELECT place, line, CASE
        WHEN of_loan IS NULL THEN 'missing reference: neither in the book nor among the good rows of this import'
        WHEN of_loan <> loan_id THEN 'reverses an entry of another loan'
        WHEN of_type = 'REVERSAL' THEN 'reverses a reversal'
        WHEN abs(of_cents) <> amount_cents THEN 'differs from the amount of the entry that it reverses' END AS reason
    FROM sent
), bad AS (
    SELECT place, line, reason FROM verdict WHERE reason IS NOT NULL
), gone AS (
    DELETE FROM staged_transactions WHERE ctid = ANY (ARRAY(SELECT place FROM bad))
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'transactions.csv', line, CASE WHEN reason LIKE 'differs%' THEN 'amount' ELSE 'reverses' END,
           CASE WHEN reason LIKE 'differs%' THEN 'number' ELSE 'key' END, reason
    FROM bad ORDER BY line LIMIT $2
)
SELECT count(*) FROM bad

-- name: ImportTransactionsReversedOnce
-- Rejects reversals of what is reversed already, in the book or earlier in the file. A failed reversal undid nothing.
-- $1 import, $2 room for rejects. Index: loan_transaction_reversed_once.
WITH sent AS (
    SELECT s.ctid AS place, s.line, s.reverses, k.loan
    FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
    WHERE s.type = 'REVERSAL' AND s.state <> 'FAILED'
), in_book AS (
    SELECT s.place
    FROM sent s JOIN loan_transaction t ON t.loan = s.loan AND t.reverses = s.reverses
    WHERE t.type = 'REVERSAL' AND t.state <> 'FAILED'
), in_file AS (
    SELECT place, row_number() OVER (PARTITION BY reverses ORDER BY line) AS nth
    FROM sent
    WHERE place NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_transactions
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'transactions.csv', line, 'reverses', 'key', 'the entry is reversed already'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone
