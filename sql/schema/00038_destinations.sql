-- A program may have several destinations, each with the identifiers of its own header, its own sent ledger and its own once-law.

-- +goose Up
-- listed: the lender's extract names it, with its identifiers. A program of which none is listed has one destination, with the
-- program's identifiers; one of which some are listed has those.
ALTER TABLE destination
    ADD listed boolean NOT NULL DEFAULT false,
    ADD innovis_id text,
    ADD equifax_id text,
    ADD experian_id text,
    ADD transunion_id text,
    ADD ends_on date, -- no file of a later calendar date is made; null: it goes on
    ADD CHECK (listed = (num_nonnulls(innovis_id, equifax_id, experian_id, transunion_id) > 0)),
    ADD CHECK (listed OR ends_on IS NULL);

-- What a correction is at one destination: what was decided there when it was made, and the file there with which its lock ended.
-- It is LIVE until it has ended at every destination that its program has. Without a row it is at a destination as it was made.
CREATE TABLE correction_at (
    loan        bigint NOT NULL,
    correction  bigint NOT NULL,
    destination bigint NOT NULL REFERENCES destination,
    decided     text NOT NULL,
    ended_file  bigint,
    ended_fact  text,
    PRIMARY KEY (loan, correction, destination),
    FOREIGN KEY (loan, correction) REFERENCES correction,
    CHECK ((ended_file IS NULL) = (ended_fact IS NULL))
);
CREATE INDEX correction_at_by_file ON correction_at (ended_file) WHERE ended_file IS NOT NULL;
-- +goose Down
DROP TABLE correction_at;
ALTER TABLE destination DROP ends_on, DROP transunion_id, DROP experian_id, DROP equifax_id, DROP innovis_id, DROP listed;
