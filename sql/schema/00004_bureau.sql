-- Files to the bureaus, what each of them said of which loan, and what it left out.

-- +goose Up
-- A program's file goes to all bureaus that its header names: one destination.
CREATE TABLE destination (
    destination bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    program     bigint NOT NULL REFERENCES program,
    name        text NOT NULL,
    UNIQUE (program, name)
);

CREATE TABLE bureau_file (
    file          bigint PRIMARY KEY,   -- 1, 2, 3, ... without gaps: it is part of the file's name
    run           bigint NOT NULL REFERENCES run,
    program       bigint NOT NULL REFERENCES program,
    destination   bigint NOT NULL REFERENCES destination,
    as_of         date NOT NULL,        -- the calendar date that is reported
    previous_on   date NOT NULL,        -- the calendar date before it: payments after it are of this period
    created_on    date NOT NULL,        -- the business date of the run (header field 9)
    state         text NOT NULL CHECK (state IN
        ('BUILDING', 'GENERATED', 'RELEASED', 'TRANSMITTED', 'ACCEPTED', 'VOIDED', 'REJECTED')),
    state_why     text,
    name          text,
    path          text,
    sha256        text,
    bytes         bigint,
    records       bigint,
    excluded      bigint,
    CHECK ((state = 'BUILDING') = (sha256 IS NULL))
);
-- One live file for a destination and calendar date.
CREATE UNIQUE INDEX bureau_file_live ON bureau_file (destination, as_of) WHERE state NOT IN ('VOIDED', 'REJECTED');

CREATE TABLE bureau_file_event (
    file     bigint NOT NULL REFERENCES bureau_file,
    seq      integer NOT NULL,
    state    text NOT NULL,
    who      text NOT NULL,
    why      text NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (file, seq)
);

-- What a file said of a loan: next month's history, the cross-month checks and every explanation
-- read it. facts and rules say why each value is what it is (BR6).
CREATE TABLE reported (
    loan                   bigint NOT NULL,
    file                   bigint NOT NULL,
    as_of                  date NOT NULL,
    account_number         text NOT NULL,
    account_status         text NOT NULL,
    payment_rating         text NOT NULL,
    payment_history        text NOT NULL,
    history_chain          text NOT NULL,    -- the profile as of as_of, from which the next is made
    history_character      text NOT NULL,
    date_account_info      date NOT NULL,
    date_first_delinquency date,
    first_missed_due_on    date,
    date_closed            date,
    date_last_payment      date,
    current_balance        bigint NOT NULL,  -- whole dollars, as all amounts of a record
    amount_past_due        bigint NOT NULL,
    scheduled_payment      bigint NOT NULL,
    actual_payment         bigint NOT NULL,
    original_charge_off    bigint NOT NULL,
    special_comment        text NOT NULL,
    final                  boolean NOT NULL,
    episode                integer NOT NULL,
    record_bytes           integer NOT NULL,
    rule                   text NOT NULL,
    facts                  jsonb NOT NULL,
    PRIMARY KEY (loan, file)
);
CREATE INDEX reported_by_file ON reported (file);

CREATE TABLE excluded (
    loan   bigint NOT NULL,
    file   bigint NOT NULL,
    reason text NOT NULL,
    rule   text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (loan, file)
);
CREATE INDEX excluded_by_file ON excluded (file);

-- DC6: once per destination and loan is a law of this index, not only of the code. A deletion is
-- live until its file is voided before it was sent, or rejected whole.
CREATE TABLE deletion (
    destination bigint NOT NULL,
    loan        bigint NOT NULL,
    file        bigint NOT NULL,
    account_number text NOT NULL,  -- as it was reported: it is not used again (DC2)
    code        text NOT NULL CHECK (code IN ('DA', 'DF')),
    date_closed date NOT NULL,
    live        boolean NOT NULL DEFAULT true,
    PRIMARY KEY (destination, loan, file)
);
CREATE UNIQUE INDEX deletion_once ON deletion (destination, loan) WHERE live;
CREATE INDEX deletion_by_loan ON deletion (loan);
CREATE INDEX deletion_by_account ON deletion (account_number) WHERE live;

-- The encoded records of a file that is being built: written by the chunks, assembled in account
-- order, gone when the file has its name.
CREATE TABLE file_line (
    file           bigint NOT NULL,
    account_number text COLLATE "C" NOT NULL,  -- account order is byte order in every database
    loan           bigint NOT NULL,
    record         text NOT NULL,
    PRIMARY KEY (file, account_number, loan)
);
-- +goose Down
DROP TABLE file_line, deletion, excluded, reported, bureau_file_event, bureau_file, destination;
