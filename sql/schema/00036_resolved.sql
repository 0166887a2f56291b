-- What people say of loans that nights could not decide, and which of those are open.

-- +goose Up
-- A note of a person on an exception of a loan, as the newest run had listed it. A later run that lists it again comes after the note.
CREATE TABLE exception_note (
    loan      bigint NOT NULL,
    step      text NOT NULL,
    code      text NOT NULL,
    operation bigint NOT NULL REFERENCES operation,
    run       bigint NOT NULL,
    who       text NOT NULL CHECK (who <> ''),
    why       text NOT NULL CHECK (why <> ''),
    at        timestamptz NOT NULL,
    PRIMARY KEY (loan, step, code, operation)
);
CREATE INDEX run_exception_open ON run_exception (step, loan, code, run) WHERE resolved_run IS NULL;
-- +goose Down
DROP INDEX run_exception_open;
DROP TABLE exception_note;
