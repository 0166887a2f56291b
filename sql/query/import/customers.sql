-- name: ImportCustomerRemovals
-- Merges requests to remove customers (CD2). One that was refused and is sent again is looked at again. Of one who is removed already the
-- reason is not kept: it may name whom nobody knows any more. Index: customer_removal_pkey. Gives the rows inserted and updated.
WITH sent AS (
    SELECT c.customer, s.approver, CASE WHEN c.removed_on IS NULL THEN s.erasure_reason END AS erasure_reason
    FROM staged_customer_removals s JOIN customer c ON c.customer_id = s.customer_id
), updated AS (
    UPDATE customer_removal t SET
        approver = s.approver, erasure_reason = s.erasure_reason, state = 'PENDING', refused_why = NULL
    FROM sent s
    WHERE t.customer = s.customer AND t.state <> 'REMOVED'
      AND (t.approver, t.erasure_reason, t.state)
          IS DISTINCT FROM
          (s.approver, s.erasure_reason, 'PENDING')
    RETURNING 1
), inserted AS (
    INSERT INTO customer_removal (
        customer, approver, erasure_reason)
    SELECT
        s.customer, s.approver, s.erasure_reason
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM customer_removal t WHERE t.customer = s.customer)
    ORDER BY s.customer
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated

-- name: ImportCustomers
-- Merges customers, new ones numbered in the order of their ids. A sealed value is another text each time: its hash is compared. Wakes the loans of those that changed.
-- Index: customer_customer_id_key, loan_customer_by_customer.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE customer t SET
        surname = s.surname, first_name = s.first_name, middle_name = s.middle_name,
        generation_code = s.generation_code, ssn = s.ssn, ssn_hash = s.ssn_hash,
        date_of_birth = s.date_of_birth, date_of_birth_hash = s.date_of_birth_hash, phone = s.phone,
        address1 = s.address1, address2 = s.address2, city = s.city, state = s.state, postal_code = s.postal_code,
        country_code = s.country_code, address_indicator = s.address_indicator, residence_code = s.residence_code,
        employer_name = s.employer_name, employer_address1 = s.employer_address1,
        employer_address2 = s.employer_address2, employer_city = s.employer_city, employer_state = s.employer_state,
        employer_postal_code = s.employer_postal_code, occupation = s.occupation, legal_hold = s.legal_hold,
        is_business = s.is_business
    FROM staged_customers s
    WHERE t.customer_id = s.customer_id
      AND (t.surname, t.first_name, t.middle_name, t.generation_code, t.ssn_hash, t.date_of_birth_hash, t.phone, t.address1,
          t.address2, t.city, t.state, t.postal_code, t.country_code, t.address_indicator, t.residence_code,
          t.employer_name, t.employer_address1, t.employer_address2, t.employer_city, t.employer_state,
          t.employer_postal_code, t.occupation, t.legal_hold, t.is_business)
          IS DISTINCT FROM
          (s.surname, s.first_name, s.middle_name, s.generation_code, s.ssn_hash, s.date_of_birth_hash, s.phone, s.address1,
          s.address2, s.city, s.state, s.postal_code, s.country_code, s.address_indicator, s.residence_code,
          s.employer_name, s.employer_address1, s.employer_address2, s.employer_city, s.employer_state,
          s.employer_postal_code, s.occupation, s.legal_hold, s.is_business)
    RETURNING t.customer
), inserted AS (
    INSERT INTO customer (
        customer_id, surname, first_name, middle_name, generation_code, ssn, ssn_hash, date_of_birth, date_of_birth_hash, phone,
        address1, address2, city, state, postal_code, country_code, address_indicator, residence_code, employer_name, employer_address1,
        employer_address2, employer_city, employer_state, employer_postal_code, occupation, legal_hold, is_business)
    SELECT
        s.customer_id, s.surname, s.first_name, s.middle_name, s.generation_code, s.ssn, s.ssn_hash, s.date_of_birth, s.date_of_birth_hash, s.phone,
        s.address1, s.address2, s.city, s.state, s.postal_code, s.country_code, s.address_indicator, s.residence_code,
        s.employer_name, s.employer_address1, s.employer_address2, s.employer_city, s.employer_state,
        s.employer_postal_code, s.occupation, s.legal_hold, s.is_business
    FROM staged_customers s
    WHERE NOT EXISTS (SELECT FROM customer t WHERE t.customer_id = s.customer_id)
    ORDER BY s.customer_id COLLATE "C"
    RETURNING 1
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'customers')
    FROM (SELECT lc.loan FROM updated c JOIN loan_customer lc ON lc.customer = c.customer) u JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportCustomersRemoved
-- Leaves out customers who were removed: their data does not come back (CD2). Gives how many.
-- Index: customer_customer_id_key.
WITH gone AS (
    DELETE FROM staged_customers s USING customer t
    WHERE t.customer_id = s.customer_id AND t.removed_on IS NOT NULL
    RETURNING 1
)
SELECT count(*) FROM gone

-- name: ImportLoanCustomersRemoved
-- Leaves out removed customers who would come to another loan (CD2). Gives how many.
-- Index: customer_customer_id_key, loan_customer_pkey.
WITH gone AS (
    DELETE FROM staged_loan_customers s USING customer t
    WHERE t.customer_id = s.customer_id AND t.removed_on IS NOT NULL
      AND NOT EXISTS (SELECT FROM loan_customer c JOIN loan_key k ON k.loan = c.loan WHERE c.customer = t.customer AND k.loan_id = s.loan_id)
    RETURNING 1
)
SELECT count(*) FROM gone

-- name: ImportLoanCustomers
-- Merges who belongs to a loan. Rows of a loan that the file leaves out stay. Index: loan_customer_pkey.
-- Wakes the loans that they are news of, and those of the cases of customers who come to a loan: nobody of theirs may be a
-- party who is on no loan any more. Gives the rows inserted and updated.
WITH sent AS (
    SELECT k.loan, c.customer, s.ecoa_code, s.position
    FROM staged_loan_customers s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN customer c ON c.customer_id = s.customer_id
), updated AS (
    UPDATE loan_customer t SET
        ecoa_code = s.ecoa_code, position = s.position
    FROM sent s
    WHERE t.loan = s.loan AND t.customer = s.customer
      AND (t.ecoa_code, t.position)
          IS DISTINCT FROM
          (s.ecoa_code, s.position)
    RETURNING t.loan
), inserted AS (
    INSERT INTO loan_customer (
        loan, customer, ecoa_code, position)
    SELECT
        s.loan, s.customer, s.ecoa_code, s.position
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM loan_customer t WHERE t.loan = s.loan AND t.customer = s.customer)
    ORDER BY s.loan, s.position
    RETURNING loan, customer
), party AS (
    SELECT o.customer, o.loan
    FROM inserted i JOIN case_party p ON p.customer = i.customer JOIN case_party o ON o.case_key = p.case_key
), woken AS (
    SELECT wake(array_agg(DISTINCT w.loan), 'customers')
    FROM (SELECT loan FROM updated UNION ALL SELECT loan FROM inserted
          UNION ALL SELECT loan FROM party
          UNION ALL SELECT c.loan FROM party p JOIN loan_customer c ON c.customer = p.customer) u JOIN loan_wake w ON w.loan = u.loan
    WHERE w.state <> 'STALE' -- the import holds the book: nobody decides a stale loan beside it
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportLoanCustomersPosition
-- Rejects rows whose position on the loan another customer has: earlier in the file, or in the book by a row
-- that the file does not move. Repeated until it finds nothing: a rejected row moves nothing.
-- $1 import, $2 room for rejects. Index: loan_customer_loan_position_key.
WITH sent AS (
    SELECT s.ctid AS place, s.position, k.loan, c.customer,
           row_number() OVER (PARTITION BY s.loan_id, s.position ORDER BY s.line) AS nth
    FROM staged_loan_customers s
    JOIN loan_key k ON k.loan_id = s.loan_id
    JOIN customer c ON c.customer_id = s.customer_id
), in_book AS (
    SELECT s.place
    FROM sent s
    JOIN loan_customer t ON t.loan = s.loan AND t.position = s.position AND t.customer <> s.customer
    LEFT JOIN sent o ON o.loan = t.loan AND o.customer = t.customer
    WHERE o.place IS NULL
), gone AS (
    DELETE FROM staged_loan_customers
    WHERE ctid = ANY (ARRAY(SELECT place FROM in_book UNION ALL SELECT place FROM sent WHERE nth > 1))
    RETURNING line
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'loan_customers.csv', line, 'position', 'number', 'another customer of the loan has this position'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone
