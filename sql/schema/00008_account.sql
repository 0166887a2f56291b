-- The facts of a loan in one row; one way to wake a loan; what files said of a month lies together.

-- +goose Up
-- What a night needs to know of a loan, packed: terms, state, consumers, pauses, termination, ledger. Derived: it can be
-- made again from the book at any time. A row stays in its page: out of line each would be fetched by itself.
CREATE TABLE account (
    loan  bigint PRIMARY KEY,
    facts bytea NOT NULL
) WITH (fillfactor = 85, toast_tuple_target = 8160);
ALTER TABLE account ALTER facts SET STORAGE EXTERNAL;
DROP TABLE loan_position, news_entry, news_cycle;

-- When a loan is looked at, and whether its row in account is right:
--   STALE   something of the loan was written: the row is made anew, the loan looked at tonight
--   AWAKE   the row is right; the loan is looked at tonight
--   ASLEEP  the row is right; the loan is looked at on wake_on
-- Every wake raises the version. What a night packs or puts to sleep it has read at a version, and writes only at that
-- version, so that no wake is lost.
ALTER TABLE loan_wake
    ADD version bigint NOT NULL DEFAULT 1,
    ADD state text NOT NULL DEFAULT 'STALE' CHECK (state IN ('STALE', 'AWAKE', 'ASLEEP')),
    ADD why text NOT NULL DEFAULT 'new',
    ALTER wake_on SET DEFAULT '-infinity';
UPDATE loan_wake SET wake_on = '-infinity', why = 'migration 00008';
ALTER TABLE loan_wake ADD CHECK ((state = 'ASLEEP') = (wake_on > '-infinity'));

CREATE INDEX loan_wake_stale ON loan_wake (loan) WHERE state = 'STALE';

-- Wakes loans for whoever writes the tables himself, in the transaction of what he wrote. Rows are locked in the order of
-- the key, as the nights do, so that two of them wait for each other and never deadlock.
-- +goose StatementBegin
CREATE FUNCTION wake(loans bigint[], why text) RETURNS void LANGUAGE sql AS $$
    UPDATE furnisher.loan_wake w SET
        version = w.version + 1, wake_on = '-infinity', why = $2,
        state = CASE WHEN $2 = 'product' AND w.state <> 'STALE' THEN 'AWAKE' ELSE 'STALE' END
    FROM (SELECT loan FROM furnisher.loan_wake WHERE loan = ANY ($1) ORDER BY loan FOR NO KEY UPDATE) locked
    WHERE w.loan = locked.loan
$$;
-- +goose StatementEnd

-- By file, then loan: what one file says lies together, and writing it costs the same however many came before.
DROP INDEX reported_by_file;
ALTER TABLE reported RENAME TO tradeline;
ALTER TABLE tradeline DROP CONSTRAINT reported_pkey, ADD PRIMARY KEY (file, loan);
DROP INDEX excluded_by_file;
ALTER TABLE excluded DROP CONSTRAINT excluded_pkey, ADD PRIMARY KEY (file, loan),
    ADD last_file bigint; -- the newest file that counted and said something of the loan, when this one left it out; null: none
-- A loan that came to its program from another one has its last tradelines in files of that one.
ALTER TABLE loan_state ADD changed_program boolean NOT NULL DEFAULT false;
CREATE INDEX loan_state_changed_program ON loan_state (loan) WHERE changed_program;
UPDATE excluded x SET last_file = (
    SELECT max(t.file) FROM tradeline t JOIN bureau_file f ON f.file = t.file AND f.state NOT IN ('VOIDED', 'REJECTED')
    WHERE t.loan = x.loan AND t.file < x.file);
-- +goose Down
ALTER TABLE loan_state DROP changed_program;
ALTER TABLE excluded DROP CONSTRAINT excluded_pkey, DROP last_file, ADD PRIMARY KEY (loan, file);
CREATE INDEX excluded_by_file ON excluded (file);
ALTER TABLE tradeline DROP CONSTRAINT tradeline_pkey, ADD CONSTRAINT reported_pkey PRIMARY KEY (loan, file);
ALTER TABLE tradeline RENAME TO reported;
CREATE INDEX reported_by_file ON reported (file);
DROP FUNCTION wake(bigint[], text);
DROP INDEX loan_wake_stale;
ALTER TABLE loan_wake DROP CONSTRAINT loan_wake_check, DROP version, DROP state, DROP why, ALTER wake_on DROP DEFAULT;
UPDATE loan_wake SET wake_on = DATE '0001-01-01';
DROP TABLE account;
CREATE TABLE loan_position (
    loan    bigint PRIMARY KEY,
    ledger  bytea NOT NULL
) WITH (fillfactor = 80);
CREATE TABLE news_entry (
    loan           bigint NOT NULL,
    transaction_id text NOT NULL,
    kind           transaction_type NOT NULL CHECK (kind <> 'REVERSAL'),
    amount_cents   bigint NOT NULL,
    effective_on   date NOT NULL,
    PRIMARY KEY (loan, transaction_id)
);
CREATE TABLE news_cycle (
    loan              bigint NOT NULL,
    cycle_no          integer NOT NULL,
    due_on            date NOT NULL,
    minimum_due_cents bigint NOT NULL,
    PRIMARY KEY (loan, cycle_no)
);
