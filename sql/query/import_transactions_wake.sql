-- Wakes the loans that get a new entry, and keeps what the packed ledger of each lacks from then on: a reversal changes
-- what is packed, so the ledger is made anew; it is what is settled that it holds.
-- The guard spares a first import, where nothing sleeps, the joins. Index: loan_wake_by_date, loan_wake_pkey.
WITH woken AS (
    UPDATE loan_wake w SET wake_on = CASE
        WHEN w.loan IN (SELECT k.loan FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id WHERE s.type = 'REVERSAL')
        THEN DATE '0001-01-01' ELSE DATE '0001-01-02' END
    WHERE EXISTS (SELECT FROM loan_wake WHERE wake_on > DATE '0001-01-01')
      AND w.wake_on > DATE '0001-01-01'
      AND w.loan IN (SELECT k.loan FROM staged_transactions s JOIN loan_key k ON k.loan_id = s.loan_id)
    RETURNING w.loan, w.wake_on
)
INSERT INTO news_entry (loan, transaction_id, kind, amount_cents, effective_on)
SELECT w.loan, s.transaction_id, s.type, s.amount_cents, s.effective_on
FROM woken w JOIN loan_key k ON k.loan = w.loan JOIN staged_transactions s ON s.loan_id = k.loan_id
WHERE w.wake_on = DATE '0001-01-02' AND s.state = 'SETTLED'
