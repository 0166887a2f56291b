-- What people do with cases between nights (CA1), and what the lender sent last of a case that they have changed.

-- +goose Up
ALTER TABLE case_file
    -- The columns that the lender sent last, by name, but for the court's number; empty of a case that he has never sent. Null:
    -- nobody else has changed the case, so that the row itself says it. What is sent again undoes nothing.
    ADD sent                   jsonb,
    ADD court_number_operation bigint, -- that set the court's number: imports leave it alone
    ADD snoozed_until          date,   -- inclusive; no rule goes by it
    ADD viewed_operation       bigint; -- the last one

-- Parties that people have taken out of a case: sent again they do not come back.
CREATE TABLE case_party_removed (
    case_key  bigint NOT NULL REFERENCES case_file,
    customer  bigint,
    loan      bigint,
    operation bigint NOT NULL,
    CHECK ((customer IS NULL) <> (loan IS NULL))
);
CREATE UNIQUE INDEX case_party_removed_customer ON case_party_removed (case_key, customer) WHERE customer IS NOT NULL;
CREATE UNIQUE INDEX case_party_removed_loan ON case_party_removed (case_key, loan) WHERE loan IS NOT NULL;

-- What other systems keep of a case, by their references.
CREATE TABLE case_association (
    case_key  bigint NOT NULL REFERENCES case_file,
    kind      text NOT NULL CHECK (kind IN ('INTERACTION', 'DOCUMENT', 'CASE')),
    reference text NOT NULL CHECK (reference <> ''),
    operation bigint NOT NULL,
    PRIMARY KEY (case_key, kind, reference)
);

-- Who raised and ended an escalation, when and why, is said by the operations.
CREATE TABLE case_escalation (
    escalation       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_key         bigint NOT NULL REFERENCES case_file,
    assignee         text, -- a person or a team of the lender
    raised_operation bigint NOT NULL,
    raised_on        date NOT NULL,
    ended_operation  bigint, -- null: it is open
    ended_on         date,
    CHECK ((ended_operation IS NULL) = (ended_on IS NULL))
);
CREATE UNIQUE INDEX case_escalation_open ON case_escalation (case_key) WHERE ended_operation IS NULL;
CREATE INDEX case_escalation_by_case ON case_escalation (case_key, escalation);
-- +goose Down
DROP TABLE case_escalation, case_association, case_party_removed;
ALTER TABLE case_file DROP viewed_operation, DROP snoozed_until, DROP court_number_operation, DROP sent;
