-- name: InquiryTokens
-- A page of the tokens of the HTTP API, by name. $1 name to begin after; $2 rows. Index: api_token_pkey.
SELECT name, role, created_by, created_at, expires_at, revoked_by, revoked_at FROM api_token
WHERE name > $1
ORDER BY name LIMIT $2

-- name: InquiryToken
-- The token of a hash. $1 SHA-256 of the token. Index: api_token_sha256_key.
SELECT name, role, created_by, created_at, expires_at, revoked_by, revoked_at FROM api_token WHERE sha256 = $1
