-- What bureaus answer about single records of a file (BR11).

-- +goose Up
CREATE TABLE answer (
    loan          bigint NOT NULL,
    answer        bigint GENERATED ALWAYS AS IDENTITY,
    file          bigint NOT NULL REFERENCES bureau_file,
    destination   bigint NOT NULL,
    record_number bigint NOT NULL CHECK (record_number > 1),  -- in the file; the header is record 1
    outcome       text NOT NULL CHECK (outcome IN ('REFUSED', 'CHANGED')),
    field         text NOT NULL DEFAULT '',                   -- by its key, '' for the whole record
    code          text NOT NULL DEFAULT '',                   -- the bureau's
    reason        text NOT NULL DEFAULT '',
    received_on   date NOT NULL,
    seen_file     bigint NOT NULL,  -- the newest file when the answer was recorded: those up to it were made without it
    owner         text NOT NULL CHECK (owner <> ''),          -- the person who has to see to it
    recorded_by   text NOT NULL CHECK (recorded_by <> ''),
    recorded_at   timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'ANSWERED')),
    answered_file bigint REFERENCES bureau_file,              -- a later file that was sent and tells of the account
    answered_by   text,                                       -- or a person
    answered_why  text,
    answered_at   timestamptz,
    PRIMARY KEY (loan, answer),
    CHECK (code <> '' OR reason <> ''),
    CHECK (outcome = 'REFUSED' OR field <> ''),
    CHECK ((state = 'ANSWERED') = (answered_at IS NOT NULL)),
    CHECK ((state = 'ANSWERED') = (answered_file IS NOT NULL OR answered_by IS NOT NULL)),
    CHECK (answered_file IS NULL OR answered_by IS NULL),
    CHECK (answered_file > seen_file),
    CHECK ((answered_by IS NULL) = (answered_why IS NULL) AND answered_why <> '')
);
-- The same answer again is nothing.
CREATE UNIQUE INDEX answer_once ON answer (loan, file, outcome, field, code, reason);
CREATE INDEX answer_by_number ON answer (answer);
CREATE INDEX answer_by_file ON answer (file);
CREATE INDEX answer_by_answering_file ON answer (answered_file) WHERE answered_file IS NOT NULL;
CREATE INDEX answer_open ON answer (answer) WHERE state = 'OPEN';
-- A record that was refused did not count: the next file of its loan goes by the one before.
CREATE INDEX answer_refused ON answer (file, loan) WHERE outcome = 'REFUSED';
-- +goose Down
DROP TABLE answer;
