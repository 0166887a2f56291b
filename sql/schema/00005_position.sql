-- What lets a night look only at the loans that something happened to.

-- +goose Up
-- A loan's ledger and billing cycles, packed. Derived: it can be made again from loan_transaction and cycle at any time.
CREATE TABLE loan_position (
    loan    bigint PRIMARY KEY,
    ledger  bytea NOT NULL
) WITH (fillfactor = 80);

-- The first business date on which steps 1 to 3 may decide something about a loan. Whoever writes to its transactions,
-- cycles or pauses, or to what it or its product is decided by, sets 0001-01-01: the next night packs it anew and looks
-- at it. The import does.
CREATE TABLE loan_wake (
    loan    bigint PRIMARY KEY,
    wake_on date NOT NULL
) WITH (fillfactor = 70);
ALTER TABLE loan_wake ALTER wake_on SET STATISTICS 20; -- analyzed every night
INSERT INTO loan_wake (loan, wake_on) SELECT loan, DATE '0001-01-01' FROM loan_state ORDER BY loan;
CREATE INDEX loan_wake_by_date ON loan_wake (wake_on, loan);

-- The purge looks at these alone. The night never writes servicing_status, so updates of a state stay on their page.
CREATE INDEX loan_state_not_serviced ON loan_state (loan) WHERE servicing_status = 'NOT_SERVICING';

-- A claim does not read past the chunks that are done.
CREATE INDEX run_chunk_pending ON run_chunk (run, step, seq) WHERE state = 'PENDING';

-- How many loans a chunk was to look at when its step began, and the last import before that: a later one may have
-- changed it.
ALTER TABLE run_chunk ADD picked_count bigint NOT NULL DEFAULT 0;
ALTER TABLE run_step ADD last_import bigint;
-- A step lays out its chunks when it begins; an unfinished run has them laid out for all steps.
DELETE FROM run_chunk c USING run_step s WHERE s.run = c.run AND s.step = c.step AND s.started_at IS NULL;
-- +goose Down
ALTER TABLE run_step DROP last_import;
DROP INDEX run_chunk_pending;
ALTER TABLE run_chunk DROP picked_count;
DROP INDEX loan_state_not_serviced;
DROP TABLE loan_wake, loan_position;
