-- name: ActRole
-- Whether the role furnisher_supervisor exists, and whether the user of the session is its member.
SELECT count(*) > 0 AS made, coalesce(bool_or(pg_has_role(session_user, oid, 'MEMBER')), FALSE) AS member
FROM pg_roles WHERE rolname = 'furnisher_supervisor'

-- name: ActAdd
-- An act that needs a supervisor. $1 kind, $2 about, $3 who, $4 why, $5 host, $6 now.
INSERT INTO act (kind, about, who, why, host, at) VALUES ($1, $2, $3, $4, $5, $6)
