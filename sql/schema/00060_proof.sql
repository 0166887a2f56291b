-- A log of what was recorded, from which an edit or a removal of a row shows.

-- +goose Up
-- One row an entry, numbered without gaps: of which row, and the SHA-256 of what never changes of it. The rows, their order and the
-- signed heads are a Merkle log. Written by triggers at the end of the transaction of the row, so no writer can miss one.
--   operation          an operation (a)
--   act                an act (a)
--   bureau_file        a file as it was made (a)
--   bureau_file_event  a change of a file's state (a file, b its number)
--   deletion           a deletion (a file, b loan)
--   tradeline          a page of tradelines of a file (a file, b the last loan): the root of their own Merkle tree
--   begin              the log begins: what is marked found was there before (a the last file by then)
CREATE TABLE proof_entry (
    entry  bigint PRIMARY KEY,
    kind   text NOT NULL,
    a      bigint NOT NULL,
    b      bigint NOT NULL,
    found  boolean NOT NULL DEFAULT false, -- the row is older than the log, and is logged as it was found
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE UNIQUE INDEX proof_entry_of_row ON proof_entry (kind, a, b);

-- The tradelines that a chunk wrote for a file, to name those that differ: what counts is the root, in the log.
CREATE TABLE proof_page (
    file    bigint NOT NULL,
    last    bigint NOT NULL,  -- its last loan
    first   bigint NOT NULL CHECK (first <= last),
    columns integer NOT NULL, -- how many of the program's table of a tradeline's columns it is of
    root    bytea NOT NULL CHECK (octet_length(root) = 32),
    rows    bytea NOT NULL,   -- of each its loan, as a difference, and the first 8 bytes of its hash
    PRIMARY KEY (file, last)
);
ALTER TABLE proof_page ALTER rows SET STORAGE EXTERNAL;
-- Older files whose tradelines are still to be logged as they are found, and up to which loan they are.
CREATE TABLE proof_older (
    file bigint PRIMARY KEY REFERENCES bureau_file ON DELETE CASCADE,
    last bigint NOT NULL DEFAULT 0
);
-- The signed heads that were given out. What they are worth lies outside of the database: in a keeper's copy, and in the key.
CREATE TABLE proof_head (
    entries bigint PRIMARY KEY,
    peaks   bytea NOT NULL, -- hashes of the complete subtrees: the next head goes on from them
    signed  text NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION proof_next() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    -- One transaction numbers at a time, from here to its commit: numbers are in the order of commits.
    PERFORM pg_advisory_xact_lock(7021601);
    RETURN (SELECT coalesce(max(entry) + 1, 0) FROM furnisher.proof_entry);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION proof_operation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT furnisher.proof_next(), 'operation', NEW.operation, 0, sha256(convert_to(CAST(jsonb_build_array(
        NEW.operation, NEW.kind, NEW.idempotency_key, NEW.digest, NEW.who, NEW.why, extract(epoch FROM NEW.at), NEW.business_date, NEW.loans,
        NEW.customers, NEW.cases, NEW.before, NEW.after, NEW.result, NEW.role, NEW.came_from) AS text), 'UTF8'));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_operation AFTER UPDATE ON operation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.result IS NULL AND NEW.result IS NOT NULL) EXECUTE FUNCTION proof_operation();

-- +goose StatementBegin
CREATE FUNCTION proof_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT furnisher.proof_next(), 'act', NEW.act, 0, sha256(convert_to(CAST(jsonb_build_array(
        NEW.act, NEW.kind, NEW.about, NEW.who, NEW.why, NEW.host, NEW.came_from, extract(epoch FROM NEW.at)) AS text), 'UTF8'));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_act AFTER INSERT ON act DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proof_act();

-- +goose StatementBegin
CREATE FUNCTION proof_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT furnisher.proof_next(), 'bureau_file_event', NEW.file, NEW.seq, sha256(convert_to(CAST(jsonb_build_array(
        NEW.file, NEW.seq, NEW.state, NEW.who, NEW.why, extract(epoch FROM NEW.at), NEW.came_from, NEW.acknowledged) AS text), 'UTF8'));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_event AFTER INSERT ON bureau_file_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proof_event();

-- A file has its name: what its chunks wrote is final, and is logged with it.
-- +goose StatementBegin
CREATE FUNCTION proof_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next bigint := furnisher.proof_next();
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT next + row_number() OVER (ORDER BY x.rank, x.b) - 1, x.kind, NEW.file, x.b, x.digest
    FROM (
        SELECT 1 AS rank, 'tradeline' AS kind, p.last AS b, p.root AS digest FROM furnisher.proof_page p WHERE p.file = NEW.file
        UNION ALL
        SELECT 2, 'deletion', d.loan, sha256(convert_to(CAST(jsonb_build_array(
            d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed) AS text), 'UTF8'))
        FROM furnisher.deletion d WHERE d.destination = NEW.destination AND d.file = NEW.file
        UNION ALL
        SELECT 3, 'bureau_file', 0, sha256(convert_to(CAST(jsonb_build_array(
            NEW.file, NEW.run, NEW.program, NEW.destination, NEW.as_of, NEW.previous_on, NEW.created_on, NEW.name, NEW.sha256, NEW.bytes,
            NEW.records, NEW.excluded, NEW.header, NEW.calendar, NEW.made_by) AS text), 'UTF8'))
    ) x;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_file AFTER UPDATE ON bureau_file DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state = 'BUILDING' AND NEW.state <> 'BUILDING') EXECUTE FUNCTION proof_file();

-- What is there already is logged as it is found. Tradelines follow when furnisher migrate up, or the first head, reads them.
INSERT INTO proof_entry (entry, kind, a, b, found, digest)
SELECT row_number() OVER (ORDER BY x.rank, x.a, x.b) - 1, x.kind, x.a, x.b, TRUE, sha256(convert_to(CAST(x.content AS text), 'UTF8'))
FROM (
    SELECT 1 AS rank, 'operation' AS kind, o.operation AS a, 0 AS b, jsonb_build_array(
        o.operation, o.kind, o.idempotency_key, o.digest, o.who, o.why, extract(epoch FROM o.at), o.business_date, o.loans,
        o.customers, o.cases, o.before, o.after, o.result, o.role, o.came_from) AS content
    FROM operation o WHERE o.result IS NOT NULL
    UNION ALL
    SELECT 2, 'act', c.act, 0, jsonb_build_array(c.act, c.kind, c.about, c.who, c.why, c.host, c.came_from, extract(epoch FROM c.at))
    FROM act c
    UNION ALL
    SELECT 3, 'bureau_file_event', e.file, e.seq, jsonb_build_array(
        e.file, e.seq, e.state, e.who, e.why, extract(epoch FROM e.at), e.came_from, e.acknowledged)
    FROM bureau_file_event e
    UNION ALL
    SELECT 4, 'deletion', d.file, d.loan, jsonb_build_array(d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed)
    FROM deletion d JOIN bureau_file f ON f.file = d.file WHERE f.state <> 'BUILDING'
    UNION ALL
    SELECT 5, 'bureau_file', f.file, 0, jsonb_build_array(
        f.file, f.run, f.program, f.destination, f.as_of, f.previous_on, f.created_on, f.name, f.sha256, f.bytes,
        f.records, f.excluded, f.header, f.calendar, f.made_by)
    FROM bureau_file f WHERE f.state <> 'BUILDING'
) x;
INSERT INTO proof_older (file) SELECT file FROM bureau_file; -- also one of a run that stopped: an older program wrote some of it
INSERT INTO proof_entry (entry, kind, a, b, digest)
SELECT (SELECT max(entry) + 1 FROM proof_entry), 'begin', coalesce((SELECT max(file) FROM bureau_file), 0), 0,
       sha256(convert_to('the log begins here; what is marked found was there before', 'UTF8'))
WHERE EXISTS (SELECT FROM proof_entry);
-- +goose Down
DROP TRIGGER proof_file ON bureau_file;
DROP TRIGGER proof_event ON bureau_file_event;
DROP TRIGGER proof_act ON act;
DROP TRIGGER proof_operation ON operation;
DROP FUNCTION proof_file(), proof_event(), proof_act(), proof_operation(), proof_next();
DROP TABLE proof_head, proof_older, proof_page, proof_entry;
