-- What people and systems do between nights, and what they leave behind.

-- +goose Up
-- One row an operation, written in the transaction of its change: who did it, why, and what it changed. No personal values:
-- before, after and result name loans and customers by the lender's ids. A key given a second time finds the first result.
CREATE TABLE operation (
    operation       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind <> ''),
    idempotency_key text UNIQUE CHECK (idempotency_key <> ''),
    digest          text NOT NULL, -- of the request
    who             text NOT NULL CHECK (who <> ''),
    why             text,
    at              timestamptz NOT NULL,
    business_date   date,
    loans           bigint[] NOT NULL DEFAULT '{}',
    customers       bigint[] NOT NULL DEFAULT '{}',
    before          jsonb,
    after           jsonb,
    result          jsonb          -- null only inside the transaction that writes the row
);
CREATE INDEX operation_by_loan ON operation USING gin (loans);
-- +goose StatementBegin
CREATE TRIGGER operation_is_final BEFORE UPDATE OR DELETE ON operation
    FOR EACH ROW WHEN (OLD.result IS NOT NULL) EXECUTE FUNCTION refuse_change();
-- +goose StatementEnd

-- ST4: a change by an operation names it.
ALTER TABLE status_history DROP CONSTRAINT status_history_cause_check,
    ADD CONSTRAINT status_history_cause_check CHECK (cause IN ('TAKEOVER', 'IMPORT', 'NIGHT', 'OPERATION')),
    ADD operation bigint,
    ADD CONSTRAINT status_history_operation_check CHECK ((cause = 'OPERATION') = (operation IS NOT NULL));
ALTER TABLE loan_state DROP CONSTRAINT loan_state_status_cause_check,
    ADD CONSTRAINT loan_state_status_cause_check CHECK (status_cause IN ('TAKEOVER', 'IMPORT', 'NIGHT', 'OPERATION'));

-- SP3: what an operation cancelled names it instead of a run.
ALTER TABLE schedule ADD cancelled_operation bigint;
ALTER TABLE scheduled_item ADD cancelled_operation bigint;

-- The hold that the lender sent last: sent again it changes nothing (ST5), so that neither a hold by hand nor a release is
-- undone by the next extract.
ALTER TABLE loan ADD imported_hold_until date;
UPDATE loan SET imported_hold_until = hold_until WHERE hold_until IS NOT NULL;

-- How many operations there were when a step began: a later one may have left its chunks less to do.
ALTER TABLE run_step ADD operations bigint NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE run_step DROP operations;
ALTER TABLE loan DROP imported_hold_until;
ALTER TABLE scheduled_item DROP cancelled_operation;
ALTER TABLE schedule DROP cancelled_operation;
ALTER TABLE loan_state DROP CONSTRAINT loan_state_status_cause_check;
UPDATE loan_state SET status_cause = 'IMPORT' WHERE status_cause = 'OPERATION';
ALTER TABLE loan_state ADD CONSTRAINT loan_state_status_cause_check CHECK (status_cause IN ('TAKEOVER', 'IMPORT', 'NIGHT'));
ALTER TABLE status_history DISABLE TRIGGER status_history_is_final,
    DROP CONSTRAINT status_history_operation_check, DROP operation, DROP CONSTRAINT status_history_cause_check;
UPDATE status_history SET cause = 'IMPORT' WHERE cause = 'OPERATION';
ALTER TABLE status_history ENABLE TRIGGER status_history_is_final,
    ADD CONSTRAINT status_history_cause_check CHECK (cause IN ('TAKEOVER', 'IMPORT', 'NIGHT'));
DROP TABLE operation;
