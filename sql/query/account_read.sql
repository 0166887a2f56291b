-- The accounts of a program in a chunk, with their state on a calendar date: the last move effective by then, and for a loan
-- that came later the state that it came with.
-- $1 after loan, $2 last loan, $3 program, $4 as of, $5 exception code of a reversal after the
-- deletion, $6 whether the program reports by cycle. The range stands at every table, so that none is read whole. Index: loan_pkey, status_history_pkey, deletion_by_loan, deletion_by_account, loan_by_account.
SELECT l.loan, l.loan_id, l.product, l.account_number, l.opened_on, l.furnish, l.cycle_id,
       coalesce(l.original_amount_cents, 0) AS original_amount_cents, coalesce(l.credit_limit_cents, 0) AS credit_limit_cents,
       coalesce(l.highest_balance_cents, 0) AS highest_balance_cents, coalesce(l.terms_duration, '') AS terms_duration,
       coalesce(l.scheduled_payment_cents, 0) AS scheduled_payment_cents, l.scheduled_payment_cents IS NOT NULL AS has_schedule,
       coalesce(l.payment_history, '') AS payment_history, l.first_delinquency_on, l.last_reported_on,
       h.to_status AS status, h.closed_on, first.to_status AS first_status, s.episode, s.charged_off_on, coalesce(s.charge_off_cents, 0) AS charge_off_cents,
       t.loan IS NOT NULL AS terminated, t.terminated_on, coalesce(t.reason, '') AS reason,
       coalesce(t.report_as_deleted, '') AS report_as_deleted,
       coalesce(l.deletion_reported_on,
                (SELECT min(f.as_of) FROM deletion d JOIN bureau_file f ON f.file = d.file WHERE d.loan = l.loan AND d.live)) AS deleted_on,
       EXISTS (SELECT FROM run_exception e WHERE e.loan = l.loan AND e.code = $5) AS reversal_noted,
       EXISTS (SELECT FROM loan o WHERE o.program = l.program AND upper(o.account_number) = upper(l.account_number) AND o.loan < l.loan)
       OR EXISTS (SELECT FROM deletion d JOIN destination n ON n.destination = d.destination
                  WHERE d.live AND d.account_number = upper(l.account_number) AND d.loan <> l.loan AND n.program = l.program) AS duplicate,
       $6 AND EXISTS (SELECT FROM cycle c WHERE c.loan = l.loan AND c.loan > $1 AND c.loan <= $2 AND c.ends_on = $4) AS cycle_ends
FROM loan l
JOIN loan_state s ON s.loan = l.loan AND s.loan > $1 AND s.loan <= $2
JOIN status_history first ON first.loan = l.loan AND first.seq = 1 AND first.loan > $1 AND first.loan <= $2
LEFT JOIN termination t ON t.loan = l.loan
CROSS JOIN LATERAL (
    SELECT h.to_status, h.closed_on FROM status_history h
    WHERE h.loan = l.loan AND h.state = 'ACCOUNT' AND (h.effective_on <= $4 OR h.seq = 1)
    ORDER BY h.seq DESC LIMIT 1) h
WHERE l.loan > $1 AND l.loan <= $2 AND l.program = $3
ORDER BY l.loan
