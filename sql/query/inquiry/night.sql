-- name: InquiryNightMoves
-- The changes of loans' two states that a run made. $1 run, $2 loan ids, null: all. Index: status_history_by_run.
SELECT l.loan_id, h.state, coalesce(h.from_status, '') AS from_status, h.to_status, h.rule, h.effective_on, h.facts
FROM status_history h JOIN loan_key l ON l.loan = h.loan
WHERE h.run = $1 AND (CAST($2 AS text[]) IS NULL OR l.loan_id = ANY($2))
ORDER BY h.loan, h.seq

-- name: InquiryNightTradelines
-- What the files of a run say otherwise than the file before of the same destination: status, amount past due or date of
-- first delinquency. $1 run, $2 loan ids, null: all that the file before has, too. Index: tradeline_pkey, once a file.
SELECT l.loan_id, f.file, f.as_of, coalesce(b.account_status, '') AS from_status, t.account_status AS to_status,
       coalesce(b.amount_past_due, 0) AS from_past_due, t.amount_past_due AS to_past_due,
       b.date_first_delinquency AS from_dofd, t.date_first_delinquency AS to_dofd, t.rule, t.facts
FROM bureau_file f
JOIN tradeline t ON t.file = f.file
JOIN loan_key l ON l.loan = t.loan
LEFT JOIN tradeline b ON b.loan = t.loan AND b.file = (
    SELECT max(o.file) FROM bureau_file o
    WHERE o.destination = f.destination AND o.file < f.file AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
      AND NOT EXISTS (SELECT FROM answer a WHERE a.file = o.file AND a.loan = t.loan AND a.outcome = 'REFUSED'))
WHERE f.run = $1 AND (CAST($2 AS text[]) IS NULL AND b.loan IS NOT NULL OR l.loan_id = ANY($2))
  AND (b.loan IS NULL OR t.account_status <> b.account_status OR t.amount_past_due <> b.amount_past_due
       OR t.date_first_delinquency IS DISTINCT FROM b.date_first_delinquency)
ORDER BY f.file, t.loan
