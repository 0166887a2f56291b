-- What is kept for ever names no customer: whoever is removed later must be found in no text (CD1).

-- +goose Up
-- A regular expression of what names customers in what people write: surname with or without first name, telephone number, street and
-- employer; and a social security number, any where it is null. Null: nothing does. Index: customer_pkey.
-- +goose StatementBegin
CREATE FUNCTION named(of_customers bigint[], ssn text) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT nullif(concat_ws('|',
        '(?<!\w)' || CASE WHEN ssn IS NULL THEN '\d{3}[- ]?\d{2}[- ]?\d{4}'
            WHEN ssn <> '' THEN left(ssn, 3) || '[- ]?' || substr(ssn, 4, 2) || '[- ]?' || right(ssn, 4) END || '(?!\w)',
        (SELECT string_agg('(?<!\w)' || x.name || '(?!\w)', '|')
         FROM (
             SELECT c.*, regexp_replace(c.surname, '[^[:alnum:]]', '\\\&', 'g') AS last, regexp_replace(c.first_name, '[^[:alnum:]]', '\\\&', 'g') AS first
             FROM furnisher.customer c WHERE c.customer = ANY (of_customers) AND c.surname <> ''
         ) p
         CROSS JOIN LATERAL (VALUES
             (coalesce('(?:' || nullif(p.first, '') || '\W+(?:\w\W+)?)?' || p.last || '(?:,\s*' || nullif(p.first, '') || ')?', p.last)),
             (left(p.phone, 3) || '\W*' || substr(p.phone, 4, 3) || '\W*' || right(p.phone, 4)),
             (CASE WHEN length(p.address1) > 4 THEN regexp_replace(p.address1, '[^[:alnum:]]', '\\\&', 'g') END),
             (CASE WHEN length(p.employer_name) > 3 THEN regexp_replace(p.employer_name, '[^[:alnum:]]', '\\\&', 'g') END)) x (name)
         WHERE x.name <> '')), '')
$$;
-- +goose StatementEnd
-- The same of all customers whom an operation has to do with. Index: loan_customer_pkey, case_party_customer.
-- +goose StatementBegin
CREATE FUNCTION named_by(of_loans bigint[], of_customers bigint[], of_cases bigint[]) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT furnisher.named(of_customers
        || ARRAY(SELECT l.customer FROM furnisher.loan_customer l WHERE l.loan = ANY (of_loans))
        || ARRAY(SELECT p.customer FROM furnisher.case_party p WHERE p.case_key = ANY (of_cases) AND p.customer IS NOT NULL), NULL)
$$;
-- +goose StatementEnd
-- A document without what names people in the fields that people write.
-- +goose StatementBegin
CREATE FUNCTION unnamed(document jsonb, named text) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    text_of text := CAST(document AS text);
    field   text[];
BEGIN
    FOR field IN SELECT DISTINCT m FROM regexp_matches(text_of, '("(?:checked|reference|erasure_reason)": )("(?:[^"\\]|\\.)*")', 'g') m LOOP
        text_of := replace(text_of, field[1] || field[2],
            field[1] || to_jsonb(regexp_replace(CAST(field[2] AS jsonb) #>> '{}', named, '[removed]', 'gi'))); -- a word may follow an escape
    END LOOP;
    RETURN CAST(text_of AS jsonb);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION unname_operation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text := furnisher.named_by(NEW.loans, NEW.customers, NEW.cases);
BEGIN
    NEW.why := regexp_replace(NEW.why, named, '[removed]', 'gi');
    NEW.before := furnisher.unnamed(NEW.before, named);
    NEW.after := furnisher.unnamed(NEW.after, named);
    NEW.result := furnisher.unnamed(NEW.result, named);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER operation_names_nobody BEFORE UPDATE ON operation
    FOR EACH ROW WHEN (OLD.result IS NULL AND NEW.result IS NOT NULL) EXECUTE FUNCTION unname_operation();

-- +goose StatementBegin
CREATE FUNCTION unname_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.why := regexp_replace(NEW.why, furnisher.named_by(ARRAY[NEW.loan], '{}', '{}'), '[removed]', 'gi');
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER status_history_names_nobody BEFORE INSERT ON status_history
    FOR EACH ROW WHEN (NEW.operation IS NOT NULL AND NEW.why IS NOT NULL) EXECUTE FUNCTION unname_loan();
CREATE TRIGGER exception_note_names_nobody BEFORE INSERT ON exception_note FOR EACH ROW EXECUTE FUNCTION unname_loan();

-- +goose StatementBegin
CREATE FUNCTION unname_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.why := regexp_replace(NEW.why, furnisher.named_by(
        ARRAY(SELECT k.loan FROM furnisher.loan_key k WHERE k.loan_id = substr(NEW.about, 6)), '{}', '{}'), '[removed]', 'gi');
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER act_names_nobody BEFORE INSERT ON act FOR EACH ROW WHEN (NEW.about LIKE 'loan %') EXECUTE FUNCTION unname_act();
-- +goose Down
DROP TRIGGER act_names_nobody ON act;
DROP TRIGGER exception_note_names_nobody ON exception_note;
DROP TRIGGER status_history_names_nobody ON status_history;
DROP TRIGGER operation_names_nobody ON operation;
DROP FUNCTION unname_act(), unname_loan(), unname_operation(), unnamed(jsonb, text), named_by(bigint[], bigint[], bigint[]), named(bigint[], text);
