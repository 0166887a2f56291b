-- The compliance condition code that each file gave an account: a blank keeps it at the bureaus, so the next file goes by it.

-- +goose Up
ALTER TABLE tradeline ADD compliance_code text NOT NULL DEFAULT '';
-- +goose Down
ALTER TABLE tradeline DROP compliance_code;
