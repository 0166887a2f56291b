-- The records of old files can be let go.

-- +goose Up
-- When, and by whom: the file cannot be made again since. Null: they are kept, or the file is from before that.
ALTER TABLE bureau_file ADD let_go_at timestamptz, ADD let_go_by text,
    ADD CONSTRAINT bureau_file_let_go CHECK ((let_go_at IS NULL) = (let_go_by IS NULL));
-- +goose Down
ALTER TABLE bureau_file DROP CONSTRAINT bureau_file_let_go, DROP let_go_at, DROP let_go_by;
