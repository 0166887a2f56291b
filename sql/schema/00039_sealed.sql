-- Social security numbers and dates of birth are sealed by keys that the database does not have.

-- +goose Up
ALTER TABLE customer DROP CONSTRAINT customer_removed_is_anonymous;
-- What is there in clear: furnisher migrate up seals it after the migrations, some customers at a time, and drops these columns. Until
-- then nothing else reads or writes customers.
ALTER TABLE customer RENAME ssn TO clear_ssn;
ALTER TABLE customer RENAME date_of_birth TO clear_date_of_birth;

-- Beside a sealed value lies its keyed hash: an import finds by it that nothing changed, and a search finds a number. That of a date of
-- birth is of its customer too, so that it does not tell who has the same.
ALTER TABLE customer
    ADD ssn bytea, ADD ssn_hash bytea CHECK (octet_length(ssn_hash) = 16),
    ADD date_of_birth bytea, ADD date_of_birth_hash bytea CHECK (octet_length(date_of_birth_hash) = 16),
    ADD CHECK ((ssn IS NULL) = (ssn_hash IS NULL)),
    ADD CHECK ((date_of_birth IS NULL) = (date_of_birth_hash IS NULL)),
    ADD CONSTRAINT customer_removed_is_anonymous CHECK (removed_on IS NULL OR (
        (surname, address1, city, state, postal_code) = ('', '', '', '', '')
        AND num_nonnulls(first_name, middle_name, generation_code, ssn, ssn_hash, date_of_birth, date_of_birth_hash, phone, address2,
            country_code, address_indicator, residence_code, employer_name, employer_address1, employer_address2, employer_city,
            employer_state, employer_postal_code, occupation) = 0));
CREATE INDEX customer_by_ssn ON customer (ssn_hash) WHERE ssn_hash IS NOT NULL;

-- The keyset of the book: its name, which stays when keys are changed, and a text that only its keys open.
CREATE TABLE keyset (
    only_one boolean PRIMARY KEY DEFAULT TRUE CHECK (only_one),
    name     bytea NOT NULL,
    sealed   bytea NOT NULL
);

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM customer WHERE clear_ssn IS NOT NULL OR clear_date_of_birth IS NOT NULL) THEN
        ALTER TABLE customer DROP clear_ssn, DROP clear_date_of_birth;
    END IF;
END $$;
-- +goose StatementEnd
-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM customer WHERE ssn IS NOT NULL OR date_of_birth IS NOT NULL) THEN
        RAISE EXCEPTION 'sealed values cannot be opened without the keyset: restore a backup from before this migration';
    END IF;
    ALTER TABLE customer ADD IF NOT EXISTS clear_ssn text CHECK (clear_ssn ~ '^[0-9]{9}$'), ADD IF NOT EXISTS clear_date_of_birth date;
END $$;
-- +goose StatementEnd
DROP TABLE keyset;
DROP INDEX customer_by_ssn;
ALTER TABLE customer DROP CONSTRAINT customer_removed_is_anonymous;
ALTER TABLE customer DROP ssn, DROP ssn_hash, DROP date_of_birth, DROP date_of_birth_hash;
ALTER TABLE customer RENAME clear_ssn TO ssn;
ALTER TABLE customer RENAME clear_date_of_birth TO date_of_birth;
ALTER TABLE customer ADD CONSTRAINT customer_removed_is_anonymous CHECK (removed_on IS NULL OR (
    (surname, address1, city, state, postal_code) = ('', '', '', '', '')
    AND num_nonnulls(first_name, middle_name, generation_code, ssn, date_of_birth, phone, address2, country_code,
        address_indicator, residence_code, employer_name, employer_address1, employer_address2, employer_city, employer_state,
        employer_postal_code, occupation) = 0));
