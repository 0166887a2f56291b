-- Where the records of a file stand, so that one of a million is found without reading the file.

-- +goose Up
-- The byte at which each 1,024th data record begins, the first one included; null: a file from before.
ALTER TABLE bureau_file ADD marks bigint[];
-- +goose Down
ALTER TABLE bureau_file DROP marks;
