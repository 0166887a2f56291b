-- Files of a former servicer: what they said is what our files go by.

-- +goose Up
-- BOARDED: a file of the former servicer, which counts. No run has made it. One that is taken back is VOIDED.
ALTER TABLE bureau_file
    ALTER run DROP NOT NULL,
    DROP CONSTRAINT bureau_file_state_check,
    ADD CONSTRAINT bureau_file_state_check CHECK (state IN
        ('BUILDING', 'GENERATED', 'RELEASED', 'TRANSMITTED', 'ACCEPTED', 'VOIDED', 'REJECTED', 'BOARDED')),
    ADD CONSTRAINT bureau_file_boarded CHECK (run IS NULL AND state IN ('BUILDING', 'BOARDED', 'VOIDED') OR run IS NOT NULL AND state <> 'BOARDED');

ALTER TABLE tradeline ADD boarded boolean NOT NULL DEFAULT false; -- of a file of the former servicer

-- What was given, and what became of it. name and sha256 are those of the file as it was given; ours holds those records that fit, in
-- account order.
CREATE TABLE boarded_file (
    file       bigint PRIMARY KEY REFERENCES bureau_file,
    last_loan  bigint NOT NULL,     -- the book then: loans up to this key
    name       text NOT NULL,
    sha256     text NOT NULL,
    given      bigint NOT NULL,     -- records of the file as it was given
    missing    bigint NOT NULL,     -- loans of the program without a record in it
    boarded_by text NOT NULL CHECK (boarded_by <> ''),
    why        text NOT NULL CHECK (why <> ''),
    boarded_at timestamptz NOT NULL,
    came_from  text NOT NULL DEFAULT session_user || '@' || coalesce(host(inet_client_addr()), 'local')
);
CREATE INDEX boarded_file_sha256 ON boarded_file (sha256);

-- Accounts that a person must look at: records that did not fit, and those that wait.
CREATE TABLE boarded_misfit (
    file           bigint NOT NULL REFERENCES boarded_file,
    record_number  bigint NOT NULL,  -- in the file as it was given; the header is record 1
    loan           bigint,           -- null: none
    account_number text NOT NULL,
    reason         text NOT NULL CHECK (reason <> ''),
    detail         text NOT NULL,
    PRIMARY KEY (file, record_number, reason)
);
-- +goose Down
DELETE FROM boarded_misfit;
DELETE FROM boarded_file;
ALTER TABLE bureau_file DROP CONSTRAINT bureau_file_boarded;
DELETE FROM file_page WHERE file IN (SELECT file FROM bureau_file WHERE run IS NULL);
DELETE FROM deletion WHERE file IN (SELECT file FROM bureau_file WHERE run IS NULL);
DELETE FROM tradeline WHERE file IN (SELECT file FROM bureau_file WHERE run IS NULL);
DELETE FROM bureau_file_event WHERE file IN (SELECT file FROM bureau_file WHERE run IS NULL);
UPDATE file_balance SET before = NULL WHERE before IN (SELECT file FROM bureau_file WHERE run IS NULL);
DELETE FROM bureau_file WHERE run IS NULL;
ALTER TABLE bureau_file
    ALTER run SET NOT NULL,
    DROP CONSTRAINT bureau_file_state_check,
    ADD CONSTRAINT bureau_file_state_check CHECK (state IN
        ('BUILDING', 'GENERATED', 'RELEASED', 'TRANSMITTED', 'ACCEPTED', 'VOIDED', 'REJECTED'));
DROP TABLE boarded_misfit, boarded_file;
ALTER TABLE tradeline DROP boarded;
