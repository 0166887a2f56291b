-- name: InquiryStatement
-- A final statement with what its print says beside the document; the newest one unless an episode is given.
-- $1 loan id, $2 episode or null. Index: loan_key_loan_id_key, statement_pkey.
SELECT k.loan, s.episode, s.document, g.reporter_name, g.reporter_address, coalesce(g.reporter_phone, '') AS reporter_phone,
       l.account_number, p.name AS product_name
FROM loan_key k
JOIN statement s ON s.loan = k.loan AND (CAST($2 AS integer) IS NULL OR s.episode = CAST($2 AS integer))
JOIN loan l ON l.loan = k.loan
JOIN program g ON g.program = l.program
JOIN product p ON p.product = l.product
WHERE k.loan_id = $1
ORDER BY s.episode DESC LIMIT 1

-- name: InquiryRecipient
-- The consumer to whom a loan's statements are sent: the first one. $1 loan. Index: loan_customer_pkey, customer_pkey.
SELECT concat_ws(' ', c.first_name, c.middle_name, c.surname, c.generation_code) AS name, c.address1, coalesce(c.address2, '') AS address2,
       c.city, c.state, c.postal_code
FROM loan_customer lc JOIN customer c ON c.customer = lc.customer
WHERE lc.loan = $1
ORDER BY lc.position LIMIT 1
