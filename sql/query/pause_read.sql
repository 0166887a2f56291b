-- Pauses. $1 loan keys. Index: pause_pkey.
SELECT loan, from_on, to_on FROM pause WHERE loan = ANY($1) ORDER BY loan, from_on
