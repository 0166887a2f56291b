-- name: UserAdd
-- A user of the console, nothing if the name is taken. $1 name, $2 role, $3 password, $4 totp, $5 name_hash, $6 who, $7 now, $8 the
-- end or null. Index: console_user_pkey.
INSERT INTO console_user (name, role, password, totp, name_hash, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (name) DO NOTHING
RETURNING name

-- name: UserRead
-- A user of the console. $1 name. Locks: the row. Index: console_user_pkey.
SELECT name, role, subject IS NOT NULL AS provided, coalesce(password, '') AS password, totp, totp_step, name_hash, expires_at, ended_at
FROM console_user WHERE name = $1 FOR NO KEY UPDATE

-- name: UserEnd
-- Ends a user. The first end stays. $1 name, $2 who, $3 now. Index: console_user_pkey.
UPDATE console_user SET ended_by = coalesce(ended_by, $2), ended_at = coalesce(ended_at, $3) WHERE name = $1

-- name: UserRole
-- Gives a user another role. $1 name, $2 role, $3 the end or null. Index: console_user_pkey.
UPDATE console_user SET role = $2, expires_at = $3 WHERE name = $1

-- name: UserPassword
-- Gives a user another password. $1 name, $2 password. Index: console_user_pkey.
UPDATE console_user SET password = $2 WHERE name = $1

-- name: UserTOTP
-- Gives a user another device. $1 name, $2 totp. Index: console_user_pkey.
UPDATE console_user SET totp = $2, totp_step = 0 WHERE name = $1

-- name: UserTOTPStep
-- Notes the step of a code that was taken. $1 name, $2 step. Index: console_user_pkey.
UPDATE console_user SET totp_step = $2 WHERE name = $1

-- name: UserSessionsEnd
-- Ends all sessions of a user. $1 name. Index: console_session_by_user.
DELETE FROM console_session WHERE console_user = $1

-- name: AttemptOpen
-- How often a name failed. $1 name_hash, $2 now. Locks: the row, so that guesses of one name wait for each other. Index:
-- sign_in_attempt_pkey.
INSERT INTO sign_in_attempt (name_hash, failed, at) VALUES ($1, 0, $2)
ON CONFLICT (name_hash) DO UPDATE SET at = $2
RETURNING failed, locked_until

-- name: AttemptNote
-- Notes how an attempt ended. $1 name_hash, $2 failed, $3 until when the name is locked, or null. Index: sign_in_attempt_pkey.
UPDATE sign_in_attempt SET failed = $2, locked_until = $3 WHERE name_hash = $1

-- name: AttemptForget
-- Lifts the lock of a name. $1 name_hash. Index: sign_in_attempt_pkey.
DELETE FROM sign_in_attempt WHERE name_hash = $1

-- name: AttemptsSweep
-- Removes attempts of long ago. $1 before when, $2 rows. Index: sign_in_attempt_by_age, sign_in_attempt_pkey.
DELETE FROM sign_in_attempt WHERE name_hash IN (
    SELECT name_hash FROM sign_in_attempt WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)

-- name: SessionFind
-- A session that has not ended, and who is signed in as things are now; nothing if that user has ended. $1 sha256, $2 now. Index:
-- console_session_pkey, console_user_pkey.
SELECT s.data, s.seen_at, s.created_at, coalesce(u.name, '') AS name, coalesce(u.role, '') AS role
FROM console_session s LEFT JOIN console_user u ON u.name = s.console_user
WHERE s.sha256 = $1 AND s.expires_at > $2
  AND (s.console_user IS NULL OR u.ended_at IS NULL AND (u.expires_at IS NULL OR u.expires_at > $2))

-- name: SessionAdd
-- A new session. $1 sha256, $2 user or null, $3 data, $4 now, $5 its end. Index: console_session_pkey.
INSERT INTO console_session (sha256, console_user, data, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)

-- name: SessionKeep
-- What a session holds now; nothing if it was ended meanwhile. $1 sha256, $2 data, $3 now, $4 its end. Index: console_session_pkey.
UPDATE console_session SET data = $2, seen_at = greatest(seen_at, $3), expires_at = greatest(expires_at, $4) WHERE sha256 = $1

-- name: SessionEnd
-- Ends a session. $1 sha256. Index: console_session_pkey.
DELETE FROM console_session WHERE sha256 = $1

-- name: SessionsSweep
-- Removes sessions that have ended. $1 now, $2 rows. Index: console_session_by_end, console_session_pkey.
DELETE FROM console_session WHERE sha256 IN (
    SELECT sha256 FROM console_session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)

-- name: UserBySubject
-- The user whom a provider knows by a subject. $1 subject. Locks: the row. Index: console_user_subject_key.
SELECT name, role, TRUE AS provided, '' AS password, totp, totp_step, name_hash, expires_at, ended_at
FROM console_user WHERE subject = $1 FOR NO KEY UPDATE

-- name: UserProvide
-- A user whom a provider signs in, nothing if the name or the subject is taken. $1 name, $2 role, $3 subject, $4 name_hash, $5 who, $6
-- now. Index: console_user_pkey, console_user_subject_key.
INSERT INTO console_user (name, role, subject, name_hash, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
RETURNING name
