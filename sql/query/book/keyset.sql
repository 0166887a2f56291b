-- name: KeysetRead
-- The keyset of the book, and whether customers and the records of files are still in clear. Index: keyset_pkey.
SELECT coalesce(k.name, '') AS name, coalesce(k.sealed, '') AS sealed,
       EXISTS (SELECT FROM pg_attribute WHERE attrelid = CAST('customer' AS regclass) AND attname = 'clear_ssn' AND NOT attisdropped) AS clear,
       to_regclass('clear_page') IS NOT NULL AS clear_pages
FROM (SELECT 1) one LEFT JOIN keyset k ON TRUE

-- name: KeysetAdd
-- Binds the book to a keyset, unless it has one. $1 name, $2 sealed. Locks: the row.
INSERT INTO keyset (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: ClearRead
-- Customers with values in clear. $1 customer to begin after, $2 rows. Locks: the rows, in the order of the key. Index: customer_pkey.
SELECT customer, customer_id, coalesce(clear_ssn, '') AS ssn, coalesce(CAST(clear_date_of_birth AS text), '') AS date_of_birth
FROM customer
WHERE customer > $1 AND (clear_ssn IS NOT NULL OR clear_date_of_birth IS NOT NULL)
ORDER BY customer LIMIT $2 FOR NO KEY UPDATE

-- name: ClearSeal
-- Seals customers that were in clear. $1 customers, $2 ssn, $3 ssn_hash, $4 date_of_birth, $5 date_of_birth_hash; an empty value is
-- none. Index: customer_pkey.
UPDATE customer c SET
    clear_ssn = NULL, clear_date_of_birth = NULL, ssn = nullif(x.ssn, ''), ssn_hash = nullif(x.ssn_hash, ''),
    date_of_birth = nullif(x.date_of_birth, ''), date_of_birth_hash = nullif(x.date_of_birth_hash, '')
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]))
    AS x (customer, ssn, ssn_hash, date_of_birth, date_of_birth_hash)
WHERE c.customer = x.customer

-- name: ClearAway
-- Rewrites customers without the rows in clear that were updated: they lay in the files of the table until now. Locks: the table.
VACUUM (FULL, ANALYZE) customer

-- name: ClearDrop
-- Drops the columns of values in clear, and what the planner knew of them. Locks: the table.
ALTER TABLE customer DROP IF EXISTS clear_ssn, DROP IF EXISTS clear_date_of_birth

-- name: KeyUses
-- How many values of the book each key has sealed: its id is in the bytes 2 to 5 of a sealed value, which
-- stands behind 5 bytes in a packed row. Reads the tables whole.
SELECT key, sum(sealed) AS sealed
FROM (SELECT encode(substr(ssn, 2, 4), 'hex') AS key, count(*) AS sealed FROM customer WHERE ssn IS NOT NULL GROUP BY 1
      UNION ALL
      SELECT encode(substr(date_of_birth, 2, 4), 'hex'), count(*) FROM customer WHERE date_of_birth IS NOT NULL GROUP BY 1
      UNION ALL
      SELECT encode(substr(facts, 7, 4), 'hex'), count(*) FROM account WHERE octet_length(facts) > 5 AND substr(facts, 2, 4) <> '\x00000000' GROUP BY 1
      UNION ALL
      SELECT encode(substr(records, 2, 4), 'hex'), count(*) FROM file_page GROUP BY 1
      UNION ALL
      SELECT encode(substr(totp, 2, 4), 'hex'), count(*) FROM console_user WHERE totp IS NOT NULL GROUP BY 1
      UNION ALL
      SELECT encode(substr(sealed, 2, 4), 'hex'), 0 FROM keyset) used
GROUP BY key ORDER BY key

-- name: KeysetPromote
-- The book is sealed by a newer key of its keyset. $1 name, $2 sealed. Locks: the row. Index: keyset_pkey.
UPDATE keyset SET sealed = $2 WHERE name = $1

-- name: CustomerResealRead
-- Customers of which another key than one has sealed something. $1 customer to begin after, $2 id of the key, $3 rows. Locks: the
-- rows, in the order of the key, but for those that another transaction has. Index: customer_pkey.
SELECT customer, customer_id, ssn, date_of_birth FROM customer
WHERE customer > $1 AND (substr(ssn, 2, 4) <> $2 OR substr(date_of_birth, 2, 4) <> $2)
ORDER BY customer LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED

-- name: CustomerReseal
-- Customers sealed anew: nobody's data change. $1 customers, $2 ssn, $3 date_of_birth; an empty value is none. Index: customer_pkey.
UPDATE customer c SET ssn = nullif(x.ssn, ''), date_of_birth = nullif(x.date_of_birth, '')
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS x (customer, ssn, date_of_birth)
WHERE c.customer = x.customer

-- name: AccountResealRead
-- Packed rows that another key than one has sealed. $1 loan to begin after, $2 id of the key, $3 rows. Locks: the rows, but for
-- those that another transaction has. Index: account_pkey.
SELECT loan, facts FROM account
WHERE loan > $1 AND octet_length(facts) > 5 AND substr(facts, 2, 4) <> '\x00000000' AND substr(facts, 7, 4) <> $2
ORDER BY loan LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED

-- name: AccountReseal
-- Packed rows sealed anew. $1 loans, $2 rows. Index: account_pkey.
UPDATE account a SET facts = x.facts
FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bytea[])) AS x (loan, facts) WHERE a.loan = x.loan

-- name: UserResealRead
-- Secrets of users' devices that another key than one has sealed. $1 id of the key. Locks: the rows. Index: none, there are few.
SELECT name, totp FROM console_user WHERE substr(totp, 2, 4) <> $1 ORDER BY name FOR NO KEY UPDATE

-- name: UserReseal
-- Secrets sealed anew. $1 names, $2 totp. Index: console_user_pkey.
UPDATE console_user u SET totp = x.totp
FROM unnest(CAST($1 AS text[]), CAST($2 AS bytea[])) AS x (name, totp) WHERE u.name = x.name
