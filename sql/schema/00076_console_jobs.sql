-- What a form of the console began that may take longer than a request: a release looks at every account of its file first.

-- +goose Up
-- One row a form, by its key: a form that is sent twice is done once. What was done is in the ledger, as if a command had done it; this
-- row is what the person is told, and is written after that is durable. Without an end and a beat the process that did it is gone.
CREATE TABLE console_job (
    job      text PRIMARY KEY CHECK (job <> ''),
    kind     text NOT NULL CHECK (kind <> ''),
    about    text NOT NULL CHECK (about <> ''), -- file 7
    digest   text NOT NULL,                     -- of what was asked
    who      text NOT NULL CHECK (who <> ''),
    role     text NOT NULL,
    began_at timestamptz NOT NULL,
    beat_at  timestamptz NOT NULL,
    ended_at timestamptz,
    outcome  text CHECK (outcome IN ('DONE', 'REFUSED', 'FAILED')),
    result   jsonb,
    CHECK (num_nulls(ended_at, outcome, result) IN (0, 3))
);
CREATE INDEX console_job_about ON console_job (about, began_at);
CREATE INDEX console_job_began ON console_job (began_at);
-- +goose Down
DROP TABLE console_job;
