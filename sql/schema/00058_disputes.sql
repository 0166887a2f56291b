-- Disputes that people answer (BR10): how one came, by when it must be answered, what was checked, and the answer.

-- +goose Up
-- One row a dispute of one loan, beside its case, which says its kind, its receipt and its outcome. A dispute that only an extract
-- tells of has no row until a person works on it: its clock is that of its receipt (Q86).
CREATE TABLE dispute (
    case_key         bigint PRIMARY KEY REFERENCES case_file,
    loan             bigint NOT NULL,
    channel          text NOT NULL CHECK (channel IN ('DIRECT', 'ACDV', 'THEFT')),
    bureau           text CHECK (bureau IN ('EQUIFAX', 'EXPERIAN', 'INNOVIS', 'TRANSUNION')), -- that passed an ACDV on
    control_number   text CHECK (control_number <> ''),
    codes            text[] NOT NULL DEFAULT '{}',   -- what is disputed, by the codes of e-OSCAR
    bureau_due_on    date,                           -- by when the bureau wants its answer
    received_on      date NOT NULL,                  -- the clock starts (Q86)
    informed_on      date,                           -- the consumer gave new information: the clock is longer
    due_on           date NOT NULL,                  -- by when it must be answered
    opened_operation bigint NOT NULL,
    answer           text CHECK (answer IN ('VERIFIED', 'UPDATED', 'DELETED', 'DELETED_FRAUD')), -- null: not answered
    answered_on      date,
    answer_operation bigint,
    checked          text CHECK (checked <> ''),     -- what was checked
    copies           text[] NOT NULL DEFAULT '{}',   -- bureaus that get a carbon copy of the answer
    corrections      bigint[] NOT NULL DEFAULT '{}', -- that an update made (BR9)
    fraud_case       bigint REFERENCES case_file,    -- the confirmed fraud by which the account is deleted (Q56)
    CHECK ((channel = 'ACDV') = (bureau IS NOT NULL)),
    CHECK (num_nonnulls(bureau, control_number, bureau_due_on) IN (0, 3)),
    CHECK ((cardinality(codes) > 0) = (bureau IS NOT NULL)),
    CHECK (due_on >= received_on),
    CHECK (informed_on >= received_on),
    CHECK (num_nonnulls(answer, answered_on, answer_operation, checked) IN (0, 4)),
    CHECK (answer IS NOT NULL OR (copies = '{}' AND corrections = '{}' AND fraud_case IS NULL)),
    CHECK ((answer = 'UPDATED') = (cardinality(corrections) > 0) OR answer IS NULL),
    CHECK (answered_on >= received_on)
);
-- An ACDV comes once.
CREATE UNIQUE INDEX dispute_control ON dispute (bureau, control_number) WHERE bureau IS NOT NULL;
CREATE INDEX dispute_by_loan ON dispute (loan);
-- +goose StatementBegin
CREATE TRIGGER dispute_stays BEFORE DELETE ON dispute FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- +goose StatementEnd
-- Those whose clock runs.
CREATE INDEX case_file_disputed ON case_file (case_key)
    WHERE type IN ('DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT') AND outcome IS NULL AND deleted_on IS NULL;
-- +goose Down
DROP INDEX case_file_disputed;
DROP TABLE dispute;
