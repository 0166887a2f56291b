-- The pauses of a chunk's loans. $1 after loan, $2 last loan. Index: pause_pkey.
SELECT loan, from_on, to_on FROM pause WHERE loan > $1 AND loan <= $2 ORDER BY loan, from_on
