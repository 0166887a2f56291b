-- What lets a night look only at the loans that something happened to.

-- +goose Up
-- A loan's ledger and billing cycles, packed, and the first business date on which steps 1 to 3 may decide
-- something about it. Derived: it can be made again from loan_transaction and cycle at any time. Whoever
-- writes to those tables, to pause, or to what a loan or product is decided by, sets wake_on to 0001-01-01:
-- the next night packs the loan anew and looks at it. The import does.
CREATE TABLE loan_position (
    loan    bigint PRIMARY KEY,
    ledger  bytea NOT NULL,
    wake_on date NOT NULL
) WITH (fillfactor = 80);
INSERT INTO loan_position (loan, ledger, wake_on) SELECT loan, '', DATE '0001-01-01' FROM loan_state ORDER BY loan;
CREATE INDEX loan_position_by_wake ON loan_position (wake_on, loan);

-- The purge looks at these alone. The night never writes servicing_status, so updates of a state stay on their page.
CREATE INDEX loan_state_not_serviced ON loan_state (loan) WHERE servicing_status = 'NOT_SERVICING';

-- How many loans a chunk was to look at when its step began; more if an import came in between.
ALTER TABLE run_chunk ADD picked_count bigint NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE run_chunk DROP picked_count;
DROP INDEX loan_state_not_serviced;
DROP TABLE loan_position;
