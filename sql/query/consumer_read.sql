-- The consumers of a chunk's loans in a program, base consumer first.
-- $1 after loan, $2 last loan, $3 program. Index: loan_customer_pkey, customer_pkey.
SELECT lc.loan, lc.position, lc.ecoa_code, c.surname, coalesce(c.first_name, '') AS first_name,
       coalesce(c.middle_name, '') AS middle_name, coalesce(c.generation_code, '') AS generation_code,
       coalesce(c.ssn, '') AS ssn, c.date_of_birth, coalesce(c.phone, '') AS phone, c.address1,
       coalesce(c.address2, '') AS address2, c.city, c.state, c.postal_code, coalesce(c.country_code, '') AS country_code,
       coalesce(c.address_indicator, '') AS address_indicator, coalesce(c.residence_code, '') AS residence_code, c.is_business
FROM loan_customer lc
JOIN loan l ON l.loan = lc.loan AND l.loan > $1 AND l.loan <= $2
JOIN customer c ON c.customer = lc.customer
WHERE lc.loan > $1 AND lc.loan <= $2 AND l.program = $3
ORDER BY lc.loan, lc.position
