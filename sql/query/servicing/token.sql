-- name: TokenAdd
-- A token of the HTTP API, nothing if its name is taken. $1 name, $2 role, $3 SHA-256 of the token, $4 who, $5 now, $6 its end.
-- Index: api_token_pkey.
INSERT INTO api_token (name, role, sha256, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO NOTHING
RETURNING name

-- name: TokenRevoke
-- Ends a token. The first revocation stays. $1 name, $2 who, $3 now. Index: api_token_pkey.
UPDATE api_token SET revoked_by = coalesce(revoked_by, $2), revoked_at = coalesce(revoked_at, $3) WHERE name = $1
RETURNING name
