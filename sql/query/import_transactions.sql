-- Posts the new entries.
INSERT INTO loan_transaction (
    loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses, due_cycle_no)
SELECT k.loan, s.transaction_id, s.type, s.amount_cents, s.effective_on, s.posted_at, s.state, s.reverses, s.due_cycle_no
FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id
