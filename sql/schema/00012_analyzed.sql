-- When the planner last learned what a file of the extract fills.

-- +goose Up
-- Whether the import analyzed the tables that the file fills. Until now every one did that changed them.
ALTER TABLE import_file ADD analyzed boolean NOT NULL DEFAULT false;
UPDATE import_file SET analyzed = inserted + updated > 0;
-- +goose Down
ALTER TABLE import_file DROP analyzed;
