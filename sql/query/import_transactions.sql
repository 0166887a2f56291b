-- Posts the new entries. Gives the rows inserted and updated.
WITH inserted AS (
    INSERT INTO loan_transaction (
        loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses, due_cycle_no)
    SELECT k.loan, s.transaction_id, s.type, s.amount_cents, s.effective_on, s.posted_at, s.state, s.reverses, s.due_cycle_no
    FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
    RETURNING 1
)
SELECT count(*) AS inserted, 0 AS updated FROM inserted
