-- What the planner knows of the book after an import.

-- +goose Up
-- Whether the import analyzed the tables that the file fills. Until now every one did that changed them.
ALTER TABLE import_file ADD analyzed boolean NOT NULL DEFAULT false;
UPDATE import_file SET analyzed = inserted + updated > 0;
ALTER TABLE loan_wake ALTER state SET STATISTICS 20; -- analyzed by every import
-- +goose Down
ALTER TABLE loan_wake ALTER state SET STATISTICS -1;
ALTER TABLE import_file DROP analyzed;
