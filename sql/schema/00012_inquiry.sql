-- Lists that are read a page at a time.

-- +goose Up
-- What a file left out, in the order of the book: a page begins where the last one ended.
DROP INDEX excluded_by_file;
CREATE INDEX excluded_by_file ON excluded (file, loan);
-- +goose Down
DROP INDEX excluded_by_file;
CREATE INDEX excluded_by_file ON excluded (file);
