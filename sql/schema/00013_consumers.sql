-- What each file said of the consumers of an account.

-- +goose Up
-- For each consumer: customer, position, segment (none: left out), ECOA code and indicator, between colons. Empty if nobody
-- was left out and of everyone the file said just what the loan says.
ALTER TABLE tradeline ADD consumers text NOT NULL DEFAULT '';
-- +goose Down
ALTER TABLE tradeline DROP consumers;
