-- A file's records and header are kept, so that its bytes can be made again; what people do with a file says from where.

-- +goose Up
-- The header as it was written, without its line end; null: a file from before, whose records were not kept.
ALTER TABLE bureau_file ADD header text;
-- Until now the pages of a file went when it had its name. They stay; those with a record of a customer who is removed go (CD1).
-- This finds them: a loan is in a page whose first loan is of the same chunk.
CREATE INDEX file_page_by_loan ON file_page (file, loan);

-- The database's user and the address that the server sees; null: not known of an act from before. The reasons why a
-- release's warnings were no obstacle.
ALTER TABLE bureau_file_event ADD came_from text, ADD acknowledged text[] NOT NULL DEFAULT '{}';
ALTER TABLE bureau_file_event ALTER came_from SET DEFAULT session_user || '@' || coalesce(host(inet_client_addr()), 'local');
-- +goose Down
ALTER TABLE bureau_file_event DROP acknowledged, DROP came_from;
DROP INDEX file_page_by_loan;
DELETE FROM file_page WHERE file IN (SELECT file FROM bureau_file WHERE state <> 'BUILDING');
ALTER TABLE bureau_file DROP header;
