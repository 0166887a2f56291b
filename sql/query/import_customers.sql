-- Merges customers, new ones numbered in the order of their ids. Index: customer_customer_id_key.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE customer t SET
        surname = s.surname, first_name = s.first_name, middle_name = s.middle_name,
        generation_code = s.generation_code, ssn = s.ssn, date_of_birth = s.date_of_birth, phone = s.phone,
        address1 = s.address1, address2 = s.address2, city = s.city, state = s.state, postal_code = s.postal_code,
        country_code = s.country_code, address_indicator = s.address_indicator, residence_code = s.residence_code,
        employer_name = s.employer_name, employer_address1 = s.employer_address1,
        employer_address2 = s.employer_address2, employer_city = s.employer_city, employer_state = s.employer_state,
        employer_postal_code = s.employer_postal_code, occupation = s.occupation, legal_hold = s.legal_hold,
        is_business = s.is_business
    FROM staged_customers s
    WHERE t.customer_id = s.customer_id
      AND (t.surname, t.first_name, t.middle_name, t.generation_code, t.ssn, t.date_of_birth, t.phone, t.address1,
          t.address2, t.city, t.state, t.postal_code, t.country_code, t.address_indicator, t.residence_code,
          t.employer_name, t.employer_address1, t.employer_address2, t.employer_city, t.employer_state,
          t.employer_postal_code, t.occupation, t.legal_hold, t.is_business)
          IS DISTINCT FROM
          (s.surname, s.first_name, s.middle_name, s.generation_code, s.ssn, s.date_of_birth, s.phone, s.address1,
          s.address2, s.city, s.state, s.postal_code, s.country_code, s.address_indicator, s.residence_code,
          s.employer_name, s.employer_address1, s.employer_address2, s.employer_city, s.employer_state,
          s.employer_postal_code, s.occupation, s.legal_hold, s.is_business)
    RETURNING 1
), inserted AS (
    INSERT INTO customer (
        customer_id, surname, first_name, middle_name, generation_code, ssn, date_of_birth, phone, address1, address2,
        city, state, postal_code, country_code, address_indicator, residence_code, employer_name, employer_address1,
        employer_address2, employer_city, employer_state, employer_postal_code, occupation, legal_hold, is_business)
    SELECT
        s.customer_id, s.surname, s.first_name, s.middle_name, s.generation_code, s.ssn, s.date_of_birth, s.phone,
        s.address1, s.address2, s.city, s.state, s.postal_code, s.country_code, s.address_indicator, s.residence_code,
        s.employer_name, s.employer_address1, s.employer_address2, s.employer_city, s.employer_state,
        s.employer_postal_code, s.occupation, s.legal_hold, s.is_business
    FROM staged_customers s
    WHERE NOT EXISTS (SELECT FROM customer t WHERE t.customer_id = s.customer_id)
    ORDER BY s.customer_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
