-- name: InquiryUsers
-- A page of the users of the console, by name. $1 name to begin after; $2 rows. Index: console_user_pkey, sign_in_attempt_pkey.
SELECT u.name, u.role, u.subject IS NOT NULL AS provided, u.created_by, u.created_at, u.expires_at, u.ended_by, u.ended_at, a.locked_until
FROM console_user u LEFT JOIN sign_in_attempt a ON a.name_hash = u.name_hash
WHERE u.name > $1
ORDER BY u.name LIMIT $2

-- name: InquiryUserMay
-- Whether somebody of a name and a role can sign in to the console. $1 name; $2 role; $3 now. Index: console_user_pkey.
SELECT EXISTS (SELECT FROM console_user WHERE name = $1 AND role = $2 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > $3))

-- name: InquiryUsersAny
-- Whether the console has a user. Index: console_user_pkey.
SELECT EXISTS (SELECT FROM console_user)
