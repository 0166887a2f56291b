-- The night's ledger, and what its steps leave behind.

-- +goose Up
CREATE TABLE run (
    run             bigint PRIMARY KEY, -- 1, 2, 3, ... without gaps: a sequence would skip where an opening was rolled back
    business_date   date NOT NULL,
    previous_date   date,               -- the business date closed before this one; null: none
    plan_hash       text NOT NULL,
    program_version text NOT NULL,
    state           text NOT NULL CHECK (state IN ('RUNNING', 'STOPPED', 'CLOSED', 'ABANDONED')),
    stopped_because text,
    who             text NOT NULL,
    why             text NOT NULL,
    last_loan       bigint NOT NULL,    -- the book of this run: loans up to this key
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    CHECK ((state = 'STOPPED') = (stopped_because IS NOT NULL)),
    CHECK ((state IN ('CLOSED', 'ABANDONED')) = (finished_at IS NOT NULL))
);
-- One run a business date that was not abandoned, and one unfinished run at a time.
CREATE UNIQUE INDEX run_one_per_date ON run (business_date) WHERE state <> 'ABANDONED';
CREATE UNIQUE INDEX run_one_unfinished ON run ((true)) WHERE state IN ('RUNNING', 'STOPPED');

CREATE TABLE run_step (
    run         bigint NOT NULL REFERENCES run,
    step        text NOT NULL,
    position    integer NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (run, step)
);

-- A chunk's work and this row commit together; its lock is the fence.
CREATE TABLE run_chunk (
    run           bigint NOT NULL,
    step          text NOT NULL,
    seq           integer NOT NULL,
    after_loan    bigint NOT NULL,
    last_loan     bigint NOT NULL,
    state         text NOT NULL CHECK (state IN ('PENDING', 'DONE')),
    attempts      integer NOT NULL DEFAULT 0,
    read_count    bigint NOT NULL DEFAULT 0,
    changed_count bigint NOT NULL DEFAULT 0,
    amount_cents  bigint NOT NULL DEFAULT 0,
    counts        jsonb NOT NULL DEFAULT '{}',
    started_at    timestamptz,
    finished_at   timestamptz,
    PRIMARY KEY (run, step, seq),
    FOREIGN KEY (run, step) REFERENCES run_step,
    CHECK (after_loan < last_loan),
    CHECK ((state = 'DONE') = (finished_at IS NOT NULL))
) WITH (fillfactor = 70);

-- A loan that could not be decided. resolved_run: the first later run in which it could.
CREATE TABLE run_exception (
    run          bigint NOT NULL,
    step         text NOT NULL,
    loan         bigint NOT NULL,
    code         text NOT NULL,
    detail       text NOT NULL,
    first_run    bigint NOT NULL,
    resolved_run bigint,
    PRIMARY KEY (run, step, loan, code)
);
CREATE INDEX run_exception_by_loan ON run_exception (loan);

CREATE TABLE statement (
    loan                  bigint NOT NULL,
    episode               integer NOT NULL,
    run                   bigint NOT NULL,
    business_date         date NOT NULL,
    status                text NOT NULL,
    closed_on             date NOT NULL,
    cycle_no              integer,
    starts_on             date NOT NULL,
    ends_on               date NOT NULL,
    opening_balance_cents bigint NOT NULL,
    closing_balance_cents bigint NOT NULL,
    document              jsonb NOT NULL,
    PRIMARY KEY (loan, episode)
);

CREATE TABLE outbox (
    loan          bigint NOT NULL,
    event_id      text NOT NULL,
    type          text NOT NULL,
    run           bigint NOT NULL,
    business_date date NOT NULL,
    payload       jsonb NOT NULL,
    PRIMARY KEY (loan, event_id)
);

-- History and statements never change afterwards (ST4, FS4).
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER statement_is_final BEFORE UPDATE OR DELETE ON statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER status_history_is_final BEFORE UPDATE OR DELETE ON status_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- +goose Down
DROP TABLE outbox, statement, run_exception, run_chunk, run_step, run;
DROP TRIGGER status_history_is_final ON status_history;
DROP FUNCTION refuse_change();
