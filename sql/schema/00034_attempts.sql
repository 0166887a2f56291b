-- A business date can be run again: each attempt is a run of its own, and says how it differs from the one before.

-- +goose Up
ALTER TABLE run ADD attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0);
DROP INDEX run_one_per_date;
CREATE UNIQUE INDEX run_one_per_date ON run (business_date, attempt) WHERE state <> 'ABANDONED';

-- The state of each loan before the last business date that moved it: another attempt at that date begins there. One that an
-- earlier program moved has none, and is decided from where it is.
CREATE TABLE loan_state_before (
    loan             bigint PRIMARY KEY,
    business_date    date NOT NULL,
    status           text NOT NULL,
    status_since     date NOT NULL,
    status_cause     text NOT NULL,
    closed_on        date,
    episode          integer NOT NULL,
    count_from       date NOT NULL,
    reopened_on      date,
    charged_off_on   date,
    charge_off_cents bigint
) WITH (fillfactor = 85);

-- What another attempt found of the files of the attempts before.
CREATE TABLE run_file (
    run        bigint NOT NULL REFERENCES run,
    file       bigint NOT NULL REFERENCES bureau_file,
    outcome    text NOT NULL CHECK (outcome IN ('SAME', 'REPLACED', 'SENT')), -- SENT: it differs, and the next file says so
    new_file   bigint REFERENCES bureau_file,
    old_sha256 text NOT NULL,
    new_sha256 text NOT NULL, -- of the file as it is, or would be
    added      bigint NOT NULL,
    removed    bigint NOT NULL,
    changed    bigint NOT NULL,
    PRIMARY KEY (run, file),
    CHECK ((outcome = 'REPLACED') = (new_file IS NOT NULL)),
    CHECK ((outcome = 'SAME') = (old_sha256 = new_sha256))
);
-- The first of their records that differ, by loan.
CREATE TABLE run_record (
    run           bigint NOT NULL,
    file          bigint NOT NULL,
    loan          bigint NOT NULL,
    change        text NOT NULL CHECK (change IN ('added', 'removed', 'changed')),
    fields        text[] NOT NULL, -- keys of the record format
    from_status   text NOT NULL,
    from_past_due bigint NOT NULL,
    from_dofd     date,
    to_status     text NOT NULL,
    to_past_due   bigint NOT NULL,
    to_dofd       date,
    PRIMARY KEY (run, file, loan),
    FOREIGN KEY (run, file) REFERENCES run_file
);
-- +goose Down
DROP TABLE run_record, run_file, loan_state_before;
DROP INDEX run_one_per_date;
CREATE UNIQUE INDEX run_one_per_date ON run (business_date) WHERE state <> 'ABANDONED' AND attempt = 1;
ALTER TABLE run DROP attempt;
