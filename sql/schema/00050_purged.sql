-- What is personal in the files of the bureaus goes when the retention of their program is over.

-- +goose Up
-- When the bytes and the records of a file were purged, and by whom; null: they were not. Its row, its SHA-256 and its tradelines stay.
ALTER TABLE bureau_file ADD purged_at timestamptz, ADD purged_by text,
    ADD CONSTRAINT bureau_file_purged CHECK ((purged_at IS NULL) = (purged_by IS NULL) AND (purged_at IS NULL OR let_go_at IS NOT NULL));
-- +goose Down
ALTER TABLE bureau_file DROP CONSTRAINT bureau_file_purged, DROP purged_at, DROP purged_by;
