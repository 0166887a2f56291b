-- What stopped nights before their changes were final, and who let them go on.

-- +goose Up
-- One row for each time that a brake stopped a run at other numbers than before. The newest of a brake and file counts.
-- PASSED: judged again, the numbers were other ones.
CREATE TABLE run_brake (
    run         bigint NOT NULL REFERENCES run,
    seq         integer NOT NULL,
    step        text NOT NULL,
    brake       text NOT NULL,
    about       text NOT NULL, -- the file; empty: the book
    state       text NOT NULL CHECK (state IN ('BRAKED', 'ACCEPTED', 'PASSED')),
    now         bigint NOT NULL, -- in the brake's unit: loans, cents, days, records
    whole       bigint NOT NULL,
    allowed     bigint NOT NULL,
    before      bigint[] NOT NULL, -- of the last three nights or files, the latest first
    braked_at   timestamptz NOT NULL,
    accepted_by text CHECK (accepted_by <> ''),
    accepted_why text CHECK (accepted_why <> ''),
    accepted_at timestamptz,
    PRIMARY KEY (run, seq),
    CHECK (num_nulls(accepted_by, accepted_why, accepted_at) IN (0, 3)),
    CHECK (state <> 'BRAKED' OR accepted_at IS NULL),
    CHECK (state <> 'ACCEPTED' OR accepted_at IS NOT NULL)
);
-- +goose Down
DROP TABLE run_brake;
