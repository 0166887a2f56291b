-- Corrections of single fields of a loan's records (BR9).

-- +goose Up
CREATE TABLE correction (
    loan             bigint NOT NULL,
    correction       bigint GENERATED ALWAYS AS IDENTITY,
    field            text NOT NULL,                        -- key of the record format
    value            text NOT NULL,                        -- dates YYYY-MM-DD, amounts in whole dollars; '' for blank
    decided          text NOT NULL,                        -- what was decided of the field when it was made,
    decided_on       date NOT NULL,                        -- as of this calendar date, the next one of the program then,
    known            json NOT NULL,                        -- by these facts of the loan, without its consumers
    reason           text NOT NULL CHECK (reason <> ''),
    evidence         text NOT NULL CHECK (evidence <> ''),
    source           text NOT NULL CHECK (source IN ('AUD', 'DISPUTE', 'HAND')),
    file             bigint,                               -- the file whose record was wrong, as far as it was named
    recorded_by      text NOT NULL CHECK (recorded_by <> ''),
    approver         text CHECK (approver <> recorded_by), -- the second person (Q36)
    recorded_at      timestamptz NOT NULL,
    state            text NOT NULL DEFAULT 'LIVE' CHECK (state IN ('LIVE', 'ENDED', 'RELEASED')),
    ended_file       bigint,                               -- its record differs by a newer fact
    ended_fact       text,
    released_by      text,
    release_approver text CHECK (release_approver <> released_by),
    release_why      text CHECK (release_why <> ''),
    released_at      timestamptz,
    PRIMARY KEY (loan, correction),
    CHECK ((state = 'ENDED') = (ended_file IS NOT NULL) AND (ended_file IS NULL) = (ended_fact IS NULL)),
    CHECK ((state = 'RELEASED') = (released_by IS NOT NULL)
           AND (released_by IS NULL) = (release_approver IS NULL) AND (released_by IS NULL) = (release_why IS NULL)
           AND (released_by IS NULL) = (released_at IS NULL))
);
-- BR9: one lock a field.
CREATE UNIQUE INDEX correction_lock ON correction (loan, field) WHERE state = 'LIVE';
CREATE INDEX correction_by_number ON correction (correction);
CREATE INDEX correction_by_file ON correction (ended_file) WHERE ended_file IS NOT NULL;
-- +goose Down
DROP TABLE correction;
