-- The consumers of a chunk's loans, base consumer first. Dates come as days, 0001-01-01 = 1.
-- $1 after loan, $2 last loan. Index: loan_customer_pkey, customer_pkey.
SELECT lc.loan, lc.position, lc.ecoa_code, c.surname, coalesce(c.first_name, '') AS first_name,
       coalesce(c.middle_name, '') AS middle_name, coalesce(c.generation_code, '') AS generation_code,
       coalesce(c.ssn, '') AS ssn, c.date_of_birth - DATE '0001-01-01' + 1 AS date_of_birth, coalesce(c.phone, '') AS phone, c.address1,
       coalesce(c.address2, '') AS address2, c.city, c.state, c.postal_code, coalesce(c.country_code, '') AS country_code,
       coalesce(c.address_indicator, '') AS address_indicator, coalesce(c.residence_code, '') AS residence_code, c.is_business
FROM loan_customer lc JOIN customer c ON c.customer = lc.customer
WHERE lc.loan > $1 AND lc.loan <= $2
ORDER BY lc.loan, lc.position
