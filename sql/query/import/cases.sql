-- name: ImportCaseParties
-- Adds who and what a case is about. Wakes the loans of the cases: of those that were theirs already, too, because a new party
-- can change which loans a case concerns. Whom people have taken out of a case does not come back. Gives the rows inserted and
-- updated. Index: case_party_customer, case_party_loan, loan_customer_by_customer, case_party_removed_customer,
-- case_party_removed_loan.
WITH sent AS (
    SELECT f.case_key, c.customer, k.loan
    FROM staged_case_parties s
    JOIN case_file f ON f.case_id = s.case_id
    LEFT JOIN customer c ON c.customer_id = s.customer_id
    LEFT JOIN loan_key k ON k.loan_id = s.loan_id
    WHERE NOT EXISTS (SELECT FROM case_party_removed r WHERE r.case_key = f.case_key AND r.customer = c.customer)
      AND NOT EXISTS (SELECT FROM case_party_removed r WHERE r.case_key = f.case_key AND r.loan = k.loan)
), inserted AS (
    INSERT INTO case_party (case_key, customer, loan)
    SELECT s.case_key, s.customer, s.loan
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM case_party t WHERE t.case_key = s.case_key AND t.customer = s.customer)
      AND NOT EXISTS (SELECT FROM case_party t WHERE t.case_key = s.case_key AND t.loan = s.loan)
    ORDER BY s.case_key, s.customer, s.loan
    RETURNING case_key, customer, loan
), party AS (
    SELECT customer, loan FROM inserted
    UNION
    SELECT p.customer, p.loan FROM case_party p WHERE p.case_key IN (SELECT case_key FROM inserted)
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'cases')
    FROM (SELECT loan FROM party UNION SELECT c.loan FROM party p JOIN loan_customer c ON c.customer = p.customer) u
    JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT (SELECT count(*) FROM inserted) AS inserted, 0 AS updated FROM (SELECT count(*) FROM woken) w

-- name: ImportCasePartiesRemoved
-- Leaves out removed customers as new parties of cases, and the court's number of a case that is about nobody else (CD2). Gives how many
-- parties. Index: customer_customer_id_key, case_party_customer, case_file_case_id_key.
WITH gone AS (
    DELETE FROM staged_case_parties s USING customer t
    WHERE t.customer_id = s.customer_id AND t.removed_on IS NOT NULL
      AND NOT EXISTS (SELECT FROM case_party p JOIN case_file f ON f.case_key = p.case_key WHERE p.customer = t.customer AND f.case_id = s.case_id)
    RETURNING s.case_id
), unnamed AS (
    UPDATE case_file f SET court_case_number = NULL
    WHERE f.case_id IN (SELECT case_id FROM gone) AND f.court_case_number IS NOT NULL
      AND NOT EXISTS (SELECT FROM case_party p WHERE p.case_key = f.case_key)
      AND NOT EXISTS (SELECT FROM staged_case_parties s LEFT JOIN customer c ON c.customer_id = s.customer_id
                      WHERE s.case_id = f.case_id AND c.removed_on IS NULL)
)
SELECT count(*) FROM gone

-- name: ImportCasePartiesUnnamed
-- The court's number does not stay with a case whose new parties are loans of removed customers alone (CD2). Index: case_file_case_id_key,
-- case_party_customer, case_party_loan, loan_customer_pkey, customer_pkey.
WITH unnamed AS (
    UPDATE case_file f SET court_case_number = NULL
    WHERE f.court_case_number IS NOT NULL AND f.case_id IN (SELECT case_id FROM staged_case_parties WHERE loan_id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM case_party p WHERE p.case_key = f.case_key AND p.customer IS NOT NULL)
      AND (SELECT bool_and(c.removed_on IS NOT NULL) FROM case_party p JOIN loan_customer l ON l.loan = p.loan
           JOIN customer c ON c.customer = l.customer WHERE p.case_key = f.case_key)
)
SELECT 0 AS inserted, 0 AS updated

-- name: ImportCases
-- Merges cases. Wakes the loans of those that changed. The court's number does not come back to a case that is about removed
-- customers alone (CD2); one that names no customer is about those of its loans. Index: case_file_case_id_key, case_party_customer,
-- case_party_loan, loan_customer_by_customer, loan_customer_pkey, customer_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT s.*, CASE WHEN r.case_id IS NULL THEN s.court_case_number END AS court_number
    FROM staged_cases s LEFT JOIN (
        SELECT t.case_id FROM staged_cases n JOIN case_file t ON t.case_id = n.case_id
        JOIN case_party p ON p.case_key = t.case_key LEFT JOIN loan_customer l ON l.loan = p.loan
        JOIN customer c ON c.customer = coalesce(p.customer, l.customer)
        WHERE p.customer IS NOT NULL OR NOT EXISTS (SELECT FROM case_party o WHERE o.case_key = t.case_key AND o.customer IS NOT NULL)
        GROUP BY t.case_id HAVING bool_and(c.removed_on IS NOT NULL)) r ON r.case_id = s.case_id
), updated AS (
    UPDATE case_file t SET
        external_id = s.external_id, type = s.type, status = s.status, outcome = s.outcome, opened_on = s.opened_on,
        closed_on = s.closed_on, auto_created = s.auto_created, acknowledged = s.acknowledged,
        deleted_on = s.deleted_on, chapter = s.chapter, filed_on = s.filed_on, disposition = s.disposition,
        disposition_on = s.disposition_on, listed_outstanding_debt = s.listed_outstanding_debt,
        court_case_number = s.court_number, dispute_kind = s.dispute_kind,
        disputed_amount_cents = s.disputed_amount_cents, received_on = s.received_on
    FROM sent s
    WHERE t.case_id = s.case_id
      AND (t.external_id, t.type, t.status, t.outcome, t.opened_on, t.closed_on, t.auto_created, t.acknowledged,
          t.deleted_on, t.chapter, t.filed_on, t.disposition, t.disposition_on, t.listed_outstanding_debt,
          t.court_case_number, t.dispute_kind, t.disputed_amount_cents, t.received_on)
          IS DISTINCT FROM
          (s.external_id, s.type, s.status, s.outcome, s.opened_on, s.closed_on, s.auto_created, s.acknowledged,
          s.deleted_on, s.chapter, s.filed_on, s.disposition, s.disposition_on, s.listed_outstanding_debt,
          s.court_number, s.dispute_kind, s.disputed_amount_cents, s.received_on)
    RETURNING t.case_key
), party AS (
    SELECT p.customer, p.loan FROM case_party p WHERE p.case_key IN (SELECT case_key FROM updated)
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'cases')
    FROM (SELECT loan FROM party UNION SELECT c.loan FROM party p JOIN loan_customer c ON c.customer = p.customer) u
    JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
), inserted AS (
    INSERT INTO case_file (
        case_id, external_id, type, status, outcome, opened_on, closed_on, auto_created, acknowledged, deleted_on,
        chapter, filed_on, disposition, disposition_on, listed_outstanding_debt, court_case_number,
        dispute_kind, disputed_amount_cents, received_on)
    SELECT
        s.case_id, s.external_id, s.type, s.status, s.outcome, s.opened_on, s.closed_on, s.auto_created,
        s.acknowledged, s.deleted_on, s.chapter, s.filed_on, s.disposition, s.disposition_on,
        s.listed_outstanding_debt, s.court_case_number, s.dispute_kind, s.disputed_amount_cents, s.received_on
    FROM staged_cases s
    WHERE NOT EXISTS (SELECT FROM case_file t WHERE t.case_id = s.case_id)
    ORDER BY s.case_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportCasesExternalID
-- Rejects cases whose external id another case has, in the book or earlier in the file.
-- $1 import, $2 room for rejects. Index: case_file_by_external_id.
WITH in_book AS (
    SELECT s.ctid AS place
    FROM staged_cases s JOIN case_file t ON t.external_id = s.external_id AND t.case_id <> s.case_id
), in_file AS (
    SELECT ctid AS place, row_number() OVER (PARTITION BY external_id ORDER BY line) AS nth
    FROM staged_cases
    WHERE external_id IS NOT NULL AND ctid NOT IN (SELECT place FROM in_book)
), gone AS (
    DELETE FROM staged_cases
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM in_file WHERE nth > 1))
    RETURNING line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'cases.csv', line, 'external_id', 'key', 'another case has this external id'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportCasesAdopt
-- Cases that people have created take the ids under which the lender sends them for the first time, by their external ids. Their
-- loans are woken: files name the case. Gives how many.
-- Index: case_file_by_external_id, case_file_case_id_key, case_party_customer, case_party_loan, loan_customer_by_customer.
WITH sent AS (
    SELECT DISTINCT ON (external_id) external_id, case_id FROM staged_cases WHERE external_id IS NOT NULL ORDER BY external_id, line
), adopted AS (
    SELECT t.case_key, t.case_id AS old_id, s.case_id
    FROM sent s JOIN case_file t ON t.external_id = s.external_id AND t.case_id <> s.case_id
    WHERE t.sent IS NOT NULL AND t.sent ->> 'case_id' IS NULL AND NOT EXISTS (SELECT FROM case_file o WHERE o.case_id = s.case_id)
), renamed AS (
    UPDATE case_file t SET case_id = a.case_id FROM adopted a WHERE t.case_key = a.case_key
), changes AS (
    UPDATE case_change c SET case_id = a.case_id FROM adopted a WHERE c.case_id = a.old_id
), party AS (
    SELECT p.customer, p.loan FROM adopted a JOIN case_party p ON p.case_key = a.case_key
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'cases')
    FROM (SELECT loan FROM party UNION SELECT c.loan FROM party p JOIN loan_customer c ON c.customer = p.customer) u
    JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT count(*) FROM adopted a WHERE (SELECT count(*) FROM woken) >= 0

-- name: ImportCasesChanged
-- The sent cases that people have changed: the row of the book, what was sent last, and what is sent now.
-- Index: case_file_case_id_key.
SELECT s.line, to_jsonb(t) AS known, t.sent AS last, to_jsonb(s) AS sent
FROM staged_cases s JOIN case_file t ON t.case_id = s.case_id
WHERE t.sent IS NOT NULL
ORDER BY s.line

-- name: ImportCasesSettle
-- Stages of sent cases that people have changed what rules decide, and writes down what was sent. A court's number that a person
-- has set stays. $1 rows as JSON. Index: case_file_case_id_key.
WITH settled AS (
    SELECT * FROM json_to_recordset($1) AS x (line bigint, case_id text, external_id text, type text, status text, outcome text,
        opened_on date, closed_on date, auto_created boolean, acknowledged boolean, deleted_on date, chapter text, filed_on date,
        disposition text, disposition_on date, listed_outstanding_debt boolean, dispute_kind text, disputed_amount_cents bigint,
        received_on date, sent jsonb)
), noted AS (
    UPDATE case_file t SET sent = x.sent FROM settled x WHERE t.case_id = x.case_id
)
UPDATE staged_cases s SET
    external_id = x.external_id, type = x.type, status = x.status, outcome = x.outcome, opened_on = x.opened_on,
    closed_on = x.closed_on, auto_created = x.auto_created, acknowledged = x.acknowledged, deleted_on = x.deleted_on,
    chapter = x.chapter, filed_on = x.filed_on, disposition = x.disposition, disposition_on = x.disposition_on,
    listed_outstanding_debt = x.listed_outstanding_debt, dispute_kind = x.dispute_kind,
    disputed_amount_cents = x.disputed_amount_cents, received_on = x.received_on,
    court_case_number = CASE WHEN t.court_number_operation IS NULL THEN s.court_case_number ELSE t.court_case_number END
FROM settled x JOIN case_file t ON t.case_id = x.case_id
WHERE s.line = x.line
