-- Where files of the bureaus were sent, and each attempt at it.

-- +goose Up
-- One row for each address that a file goes to. WAITING: nothing of the file can be there under its name. SENDING: it may be there,
-- and the next attempt finds out. DELIVERED: it was proved to be there.
CREATE TABLE delivery (
    file      bigint NOT NULL REFERENCES bureau_file,
    address   text NOT NULL CHECK (address <> ''),
    state     text NOT NULL CHECK (state IN ('WAITING', 'SENDING', 'DELIVERED')),
    by_hand   boolean NOT NULL,     -- in a folder: a person sends it from there
    name      text NOT NULL,        -- at the address: it never changes, so the file is not there twice
    attempts  integer NOT NULL CHECK (attempts >= 1),
    next_at   timestamptz NOT NULL, -- not tried again by itself before
    PRIMARY KEY (file, address)
);

-- The receipts. An attempt without an end is under way, or its process was killed.
CREATE TABLE delivery_attempt (
    file      bigint NOT NULL,
    address   text NOT NULL,
    attempt   integer NOT NULL,
    place     text NOT NULL,        -- sftp://USER@HOST:PORT/FOLDER, or a folder
    who       text NOT NULL,
    began_at  timestamptz NOT NULL,
    bytes     bigint,               -- of what is sent: the file, encrypted and signed if the address wants that
    sha256    text,
    host_key  text,                 -- the server's, SHA256:...
    ended_at  timestamptz,
    outcome   text CHECK (outcome IN ('SENT', 'FOUND', 'FAILED')), -- FOUND: an earlier attempt had brought it there
    error     text,
    PRIMARY KEY (file, address, attempt),
    FOREIGN KEY (file, address) REFERENCES delivery,
    CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CHECK ((error IS NOT NULL) = (coalesce(outcome, '') = 'FAILED')),
    CHECK (coalesce(outcome, 'FAILED') = 'FAILED' OR num_nulls(bytes, sha256) = 0)
);
-- +goose Down
DROP TABLE delivery_attempt, delivery;
