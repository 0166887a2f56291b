-- The desk: what people work through, who sees to each item, and by when.

-- +goose Up
-- What the desk adds to an item of a queue. The queues themselves are what desk_queue lists: a row here without an item there is of one
-- that has left its queue, and goes with the next operation on that queue. The words of a note are those of its operation.
CREATE TABLE desk_item (
    queue  text NOT NULL CHECK (queue <> ''),
    item   text NOT NULL CHECK (item <> ''),
    owner  text CHECK (owner <> ''),
    due_on date,
    noted  bigint REFERENCES operation,
    closed bigint REFERENCES operation, -- of a queue that only people take items off
    PRIMARY KEY (queue, item)
);
CREATE INDEX excluded_waiting ON excluded (file, loan) WHERE reason = 'DELETION_WAITS';
-- closed_on changes with a closure or a reopening alone: other updates of a state stay on their page.
CREATE INDEX loan_state_reopened ON loan_state (loan) WHERE episode > 0 AND closed_on IS NULL;
CREATE INDEX correction_live ON correction (correction) WHERE state = 'LIVE';

-- The items of one queue, or of all if none is named. An item is named so that what comes into its queue once more is another one:
-- answer_days are the days of a dispute's clock of which nothing is written down, standing the codes of exceptions that are open until
-- a person has noted something, waits the reason of exclusion of a deletion that waits. One SELECT: the planner puts it in the place of
-- the call and leaves out the queues that are not asked for.
-- Indexes: case_file_disputed, dispute_pkey, case_party_loan, case_party_customer; run_exception_open, exception_note_pkey;
-- case_change_unseen, case_file_not_acknowledged; excluded_waiting; loan_state_reopened, schedule_cancelled, status_history_pkey;
-- answer_open; customer_eligible_pkey; correction_live.
-- +goose StatementBegin
CREATE FUNCTION desk_queue(wanted text, answer_days integer, standing text[], waits text)
RETURNS TABLE (queue text, item text, loan bigint, customer bigint, case_key bigint, what text, detail text, since date, due_on date, owner text)
STABLE LANGUAGE sql AS $$
    SELECT 'disputes', CAST(f.case_key AS text),
           coalesce(u.loan, (SELECT min(p.loan) FROM furnisher.case_party p WHERE p.case_key = f.case_key AND p.loan IS NOT NULL),
               (SELECT min(c.loan) FROM furnisher.case_party p JOIN furnisher.loan_customer c ON c.customer = p.customer
                WHERE p.case_key = f.case_key AND p.customer IS NOT NULL)),
           CAST(NULL AS bigint), f.case_key, f.type, concat_ws(', ', u.channel, f.dispute_kind, u.bureau),
           coalesce(u.received_on, f.received_on, f.opened_on),
           coalesce(u.due_on, coalesce(f.received_on, f.opened_on) + answer_days), CAST(NULL AS text)
    FROM furnisher.case_file f LEFT JOIN furnisher.dispute u ON u.case_key = f.case_key
    WHERE wanted IN ('', 'disputes')
      AND f.type IN ('DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT') AND f.outcome IS NULL AND f.deleted_on IS NULL
    UNION ALL
    SELECT 'exceptions', concat_ws('/', e.step, e.loan, e.code, e.first_run), e.loan, NULL, NULL, e.code, e.step || ': ' || e.detail,
           r.business_date, NULL, NULL
    FROM (SELECT DISTINCT ON (x.step, x.loan, x.code) x.step, x.loan, x.code, x.run, x.first_run, x.detail
          FROM furnisher.run_exception x WHERE x.resolved_run IS NULL ORDER BY x.step, x.loan, x.code, x.run DESC) e
    JOIN furnisher.run r ON r.run = e.first_run
    WHERE wanted IN ('', 'exceptions')
      AND (e.code <> ALL (standing) OR NOT EXISTS (
          SELECT FROM furnisher.exception_note n WHERE n.loan = e.loan AND n.step = e.step AND n.code = e.code AND n.run >= e.run))
    UNION ALL
    SELECT 'reviews', concat_ws('/', c.loan, c.change, c.rule, c.value, c.case_id), c.loan, NULL, k.case_key, c.change,
           concat_ws(', ', k.type, c.rule, nullif(c.value, '')), f.as_of, NULL, NULL
    FROM furnisher.case_change c
    JOIN furnisher.bureau_file f ON f.file = c.file AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    LEFT JOIN furnisher.case_file k ON k.case_id = c.case_id
    WHERE wanted IN ('', 'reviews') AND c.seen_operation IS NULL
      AND (c.change <> 'not_applied' OR EXISTS (
          SELECT FROM furnisher.run_exception x
          WHERE x.loan = c.loan AND x.run = f.run AND x.code = 'CASE_NOT_APPLIED' AND x.resolved_run IS NULL))
    UNION ALL
    SELECT 'reviews', concat_ws('/', l.loan, 'waits', 'CA2', '', k.case_id), l.loan, NULL, k.case_key, 'waits', concat_ws(', ', k.type, 'CA2'),
           k.opened_on, NULL, NULL
    FROM furnisher.case_file k
    CROSS JOIN LATERAL (
        SELECT p.loan FROM furnisher.case_party p WHERE p.case_key = k.case_key AND p.loan IS NOT NULL
        UNION
        SELECT c.loan FROM furnisher.case_party p JOIN furnisher.loan_customer c ON c.customer = p.customer
        WHERE p.case_key = k.case_key AND p.customer IS NOT NULL) l
    WHERE wanted IN ('', 'reviews') AND k.auto_created AND NOT k.acknowledged AND k.closed_on IS NULL AND k.deleted_on IS NULL
    UNION ALL
    SELECT 'deletions', concat_ws('/', n.destination, x.loan), x.loan, NULL, NULL, d.name, x.detail,
           (SELECT min(f.as_of) FROM furnisher.excluded e JOIN furnisher.bureau_file f ON f.file = e.file
            WHERE e.loan = x.loan AND e.reason = waits AND f.destination = n.destination AND f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')),
           NULL, NULL
    FROM (SELECT DISTINCT ON (f.destination) f.file, f.destination
          FROM furnisher.bureau_file f WHERE f.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
          ORDER BY f.destination, f.file DESC) n
    JOIN furnisher.destination d ON d.destination = n.destination
        AND (d.ends_on IS NULL OR d.ends_on >= (SELECT max(r.business_date) FROM furnisher.run r WHERE r.state = 'CLOSED'))
    JOIN furnisher.excluded x ON x.file = n.file AND x.reason = waits
    WHERE wanted IN ('', 'deletions')
    UNION ALL
    SELECT 'reopened', concat_ws('/', s.loan, s.episode), s.loan, NULL, NULL, s.status,
           coalesce((SELECT concat_ws(', ', h.from_status, h.cause, h.rule) FROM furnisher.status_history h
            WHERE h.loan = s.loan AND h.state = 'ACCOUNT' AND h.from_status LIKE 'CLOSED::%' AND h.to_status NOT LIKE 'CLOSED::%'
            ORDER BY h.seq DESC LIMIT 1), ''),
           coalesce((SELECT max(h.effective_on) FROM furnisher.status_history h
            WHERE h.loan = s.loan AND h.state = 'ACCOUNT' AND h.from_status LIKE 'CLOSED::%' AND h.to_status NOT LIKE 'CLOSED::%'), s.status_since),
           NULL, NULL
    FROM furnisher.loan_state s
    WHERE wanted IN ('', 'reopened') AND s.episode > 0 AND s.closed_on IS NULL AND s.status NOT LIKE 'CLOSED::%'
      AND EXISTS (SELECT FROM furnisher.schedule x WHERE x.loan = s.loan AND x.cancel_reason IS NOT NULL)
    UNION ALL
    SELECT 'rejects', CAST(a.answer AS text), a.loan, NULL, NULL, concat_ws(' ', a.outcome, nullif(a.field, '')),
           concat_ws(': ', nullif(a.code, ''), nullif(a.reason, '')), a.received_on, NULL, a.owner
    FROM furnisher.answer a
    WHERE wanted IN ('', 'rejects') AND a.state = 'OPEN'
    UNION ALL
    SELECT 'removals', concat_ws('/', e.customer, e.business_date), NULL, e.customer, NULL, 'ELIGIBLE', '', e.business_date, NULL, NULL
    FROM furnisher.customer_eligible e
    WHERE wanted IN ('', 'removals')
    UNION ALL
    SELECT 'corrections', CAST(c.correction AS text), c.loan, NULL, NULL, c.field,
           coalesce(nullif(c.decided, ''), 'blank') || ' → ' || coalesce(nullif(c.value, ''), 'blank'),
           CAST(c.recorded_at AT TIME ZONE 'UTC' AS date), NULL, NULL
    FROM furnisher.correction c
    WHERE wanted IN ('', 'corrections') AND c.state = 'LIVE'
$$;
-- +goose StatementEnd
-- +goose Down
DROP FUNCTION desk_queue(text, integer, text[], text);
DROP INDEX correction_live, loan_state_reopened, excluded_waiting;
DROP TABLE desk_item;
