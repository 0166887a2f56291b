-- The segments K1 to L1 of each tradeline, and account numbers that are to come.

-- +goose Up
-- A line key=value for each field of the segments, by the keys of the record format. Empty for none.
ALTER TABLE tradeline ADD segments text NOT NULL DEFAULT '';
-- A number that a loan will have is held as the one that it has (DC2, DC11). Few loans have one.
CREATE INDEX loan_by_new_account ON loan (program, upper(new_account_number), loan) WHERE new_account_number IS NOT NULL;
-- +goose Down
DROP INDEX loan_by_new_account;
ALTER TABLE tradeline DROP segments;
