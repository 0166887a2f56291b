-- Who signs in to the console.

-- +goose Up
-- A person who signs in: by a password and a code of a device, or at the provider that vouches for the subject. A name is the actor of
-- operations, so it is never given to another person, also after its end.
CREATE TABLE console_user (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
    role       text NOT NULL CHECK (role IN ('viewer', 'examiner', 'operator', 'supervisor', 'privacy_officer')),
    subject    text UNIQUE CHECK (subject <> ''),
    password   text CHECK (password LIKE '$argon2id$%'),        -- with its parameters and its salt
    totp       bytea,                                           -- sealed: the secret that the device has, too
    totp_step  bigint NOT NULL DEFAULT 0,                       -- the last step of a code that was taken: each code is taken once
    name_hash  bytea NOT NULL UNIQUE CHECK (length(name_hash) = 16),
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > created_at),
    ended_by   text CHECK (ended_by <> ''),
    ended_at   timestamptz,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((subject IS NULL) = (password IS NOT NULL) AND (password IS NULL) = (totp IS NULL)),
    CHECK (role <> 'examiner' OR expires_at IS NOT NULL)
);

-- Failures to sign in, of names that are somebody's and of others alike: by a keyed hash, because people type passwords where a name
-- belongs. Rows go when they are a day old.
CREATE TABLE sign_in_attempt (
    name_hash    bytea PRIMARY KEY CHECK (length(name_hash) = 16),
    failed       integer NOT NULL CHECK (failed >= 0),
    locked_until timestamptz,
    at           timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_by_age ON sign_in_attempt (at);

-- A session of a browser. What the browser sends is kept nowhere: a reader of this table cannot use it.
CREATE TABLE console_session (
    sha256       bytea PRIMARY KEY CHECK (length(sha256) = 32),
    console_user text REFERENCES console_user, -- null: nobody is signed in yet
    data         bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX console_session_by_end ON console_session (expires_at);
CREATE INDEX console_session_by_user ON console_session (console_user);

ALTER TABLE api_token DROP CONSTRAINT api_token_role_check,
    ADD CONSTRAINT api_token_role_check CHECK (role IN ('viewer', 'examiner', 'operator', 'supervisor', 'privacy_officer'));
-- +goose Down
DELETE FROM api_token WHERE role = 'examiner';
ALTER TABLE api_token DROP CONSTRAINT api_token_role_check,
    ADD CONSTRAINT api_token_role_check CHECK (role IN ('viewer', 'operator', 'supervisor', 'privacy_officer'));
DROP TABLE console_session, sign_in_attempt, console_user;
