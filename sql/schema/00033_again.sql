-- Files that are made again by hand, outside a night.

-- +goose Up
-- Who made the file again; null: its night made it.
ALTER TABLE bureau_file ADD made_by text CHECK (made_by <> '');
-- +goose Down
ALTER TABLE bureau_file DROP made_by;
