-- Settings, terms, cases and excuses that rules decide by, and the entry types that came with them.

-- +goose Up
-- Q88, Q89, Q91: entry types.
ALTER TYPE transaction_type ADD VALUE IF NOT EXISTS 'ESCROW';
ALTER TYPE transaction_type ADD VALUE IF NOT EXISTS 'PRINCIPAL_PAYMENT';
ALTER TYPE transaction_type ADD VALUE IF NOT EXISTS 'RE_AGE';

ALTER TABLE program
    ADD dofd_rule text NOT NULL DEFAULT 'reports' CHECK (dofd_rule IN ('reports', 'days')),                     -- Q32
    ADD charge_off_past_due text NOT NULL DEFAULT 'balance' CHECK (charge_off_past_due IN ('balance', 'zero')), -- Q33
    ADD accommodations text NOT NULL DEFAULT 'protect' CHECK (accommodations IN ('protect', 'ignore')),         -- CA7
    ADD reason_aliases text[] NOT NULL DEFAULT '{}';                                                            -- Q70: CODE=REASON, by code

-- Null: rules know the default for the portfolio (Q31, Q67).
ALTER TABLE product
    ADD delinquency_method text CHECK (delinquency_method IN ('days', 'months')),
    ADD payments_ahead text CHECK (payments_ahead IN ('carry', 'whole', 'drop'));

ALTER TABLE loan ADD deferred_from date, ADD special_comment text;

ALTER TABLE termination ADD rescinded_on date; -- Q94

ALTER TABLE scheduled_item
    ADD required_notice boolean NOT NULL DEFAULT false, -- Q81: never cancelled
    ADD payer_told_on date;                             -- Q81

-- CA8: case types are a closed list. Until now no rule read them, and any text was taken.
UPDATE case_file SET type = upper(replace(replace(trim(type), ' ', '_'), '-', '_'));
UPDATE case_file SET type = 'OTHER' WHERE type NOT IN (
    'BANKRUPTCY', 'MILITARY', 'DECEASED', 'DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT', 'DISASTER', 'FORBEARANCE', 'OTHER');
ALTER TABLE case_file
    ADD CHECK (type IN (
        'BANKRUPTCY', 'MILITARY', 'DECEASED', 'DISPUTE', 'FRAUD_CLAIM', 'IDENTITY_THEFT', 'DISASTER', 'FORBEARANCE', 'OTHER')),
    ADD dispute_kind text CHECK (dispute_kind IN ('FCRA', 'FCBA', 'RESPA')), -- Q74
    ADD disputed_amount_cents bigint CHECK (disputed_amount_cents >= 0),     -- Q74
    ADD received_on date;                                                    -- Q86

-- The cases of a loan, by itself and by its consumers.
CREATE INDEX case_party_by_customer ON case_party (customer) WHERE customer IS NOT NULL;
CREATE INDEX case_party_by_loan ON case_party (loan) WHERE loan IS NOT NULL;
-- +goose Down
DROP INDEX case_party_by_customer, case_party_by_loan;
ALTER TABLE case_file DROP received_on, DROP disputed_amount_cents, DROP dispute_kind, DROP CONSTRAINT case_file_type_check;
ALTER TABLE scheduled_item DROP payer_told_on, DROP required_notice;
ALTER TABLE termination DROP rescinded_on;
ALTER TABLE loan DROP special_comment, DROP deferred_from;
ALTER TABLE product DROP payments_ahead, DROP delinquency_method;
ALTER TABLE program DROP reason_aliases, DROP accommodations, DROP charge_off_past_due, DROP dofd_rule;
-- PostgreSQL takes no value out of a type: the three entry types stay.
