-- Who may use the HTTP API, and what operations say of those who asked for them.

-- +goose Up
-- A bearer token of the HTTP API. The token itself is shown once and kept nowhere: a reader of this table cannot use it. A name is
-- the actor of operations, so it is never given to another token.
CREATE TABLE api_token (
    name       text PRIMARY KEY CHECK (name <> ''),
    role       text NOT NULL CHECK (role IN ('viewer', 'operator', 'supervisor', 'privacy_officer')),
    sha256     bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_by text CHECK (revoked_by <> ''),
    revoked_at timestamptz,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);

-- The role in which somebody asked for an operation, and the address from which; null for the command line.
ALTER TABLE operation ADD role text, ADD came_from text;
-- +goose Down
ALTER TABLE operation DROP came_from, DROP role;
DROP TABLE api_token;
