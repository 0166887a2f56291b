-- Which payments each file knew, so that one that became known after it is reported, and none twice (Q95).

-- +goose Up
-- The sum of the marks of the receipts that stood as of the file's date. 0: a file from before; payments effective by its date
-- are taken for known to it.
ALTER TABLE tradeline ADD receipts_known bigint NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE tradeline DROP receipts_known;
