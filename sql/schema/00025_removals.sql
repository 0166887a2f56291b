-- Customers who are deleted: their personal data goes, an anonymous key stays (CD1 to CD4).

-- +goose Up
-- CD3: how long the customers of a loan are kept after its date closed.
ALTER TABLE program ADD retention_months integer NOT NULL DEFAULT 36 CHECK (retention_months BETWEEN 0 AND 1200);

-- CD2: a removal cannot be undone, by whatever door: a removed customer has no personal data, and none comes back.
ALTER TABLE customer
    ADD removed_on date,
    ADD removed_operation bigint,
    ADD CHECK ((removed_on IS NULL) = (removed_operation IS NULL)),
    ADD CONSTRAINT customer_removed_is_anonymous CHECK (removed_on IS NULL OR (
        (surname, address1, city, state, postal_code) = ('', '', '', '', '')
        AND num_nonnulls(first_name, middle_name, generation_code, ssn, date_of_birth, phone, address2, country_code,
            address_indicator, residence_code, employer_name, employer_address1, employer_address2, employer_city, employer_state,
            employer_postal_code, occupation) = 0));

-- What became of a request of customer_removals.csv. Until now requests were kept and nothing else.
ALTER TABLE customer_removal
    ADD state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'REMOVED', 'REFUSED')),
    ADD refused_why text,
    ADD CHECK ((state = 'REFUSED') = (refused_why IS NOT NULL));
CREATE INDEX customer_removal_pending ON customer_removal (customer) WHERE state = 'PENDING';

-- CD4: the customers of whom a night has found that they may be deleted.
CREATE TABLE customer_eligible (
    customer      bigint PRIMARY KEY REFERENCES customer,
    run           bigint NOT NULL REFERENCES run,
    business_date date NOT NULL
);
CREATE INDEX customer_eligible_by_run ON customer_eligible (run, customer);
-- Changes with a closure or a reopening alone: other updates of a state stay on their page.
CREATE INDEX loan_state_closed ON loan_state (closed_on) WHERE closed_on IS NOT NULL;
-- +goose Down
DROP INDEX loan_state_closed;
DROP TABLE customer_eligible;
DROP INDEX customer_removal_pending;
ALTER TABLE customer_removal DROP refused_why, DROP state;
ALTER TABLE customer DROP removed_operation, DROP removed_on;
ALTER TABLE program DROP retention_months;
