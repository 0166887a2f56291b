-- The records of files are kept sealed.

-- +goose Up
-- What is there in clear: furnisher migrate up seals it after the migrations, some pages at a time, and drops this table. Until then
-- nobody reads or writes pages.
ALTER TABLE file_page RENAME TO clear_page;
ALTER INDEX file_page_pkey RENAME TO clear_page_pkey;
ALTER INDEX file_page_by_loan RENAME TO clear_page_by_loan;
-- As before, but for the records: those of a page, runs of blanks and zeros as one byte each, sealed as one value, which is of its file.
CREATE TABLE file_page (
    file          bigint NOT NULL,
    first_account text COLLATE "C" NOT NULL,   -- account order is byte order in every database
    loan          bigint NOT NULL,             -- of the first record
    loans         bigint[] NOT NULL,           -- of each record: read only to name the loan behind an error
    checksum      bigint NOT NULL,             -- the sum of the CRC-32C of file and record, made by the worker
    records       bytea NOT NULL,
    PRIMARY KEY (file, first_account, loan)
) WITH (toast_tuple_target = 8160);
ALTER TABLE file_page ALTER records SET STORAGE EXTERNAL;
CREATE INDEX file_page_by_loan ON file_page (file, loan);
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM clear_page) THEN
        DROP TABLE clear_page;
    END IF;
END $$;
-- +goose StatementEnd
-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM file_page) THEN
        RAISE EXCEPTION 'sealed values cannot be opened without the keyset: restore a backup from before this migration';
    END IF;
END $$;
-- +goose StatementEnd
DROP TABLE file_page;
CREATE TABLE IF NOT EXISTS clear_page (
    file          bigint NOT NULL,
    first_account text COLLATE "C" NOT NULL,
    loan          bigint NOT NULL,
    loans         bigint[] NOT NULL,
    checksum      bigint NOT NULL,
    records       text NOT NULL,
    PRIMARY KEY (file, first_account, loan)
) WITH (toast_tuple_target = 8160);
ALTER TABLE clear_page ALTER records SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS clear_page_by_loan ON clear_page (file, loan);
ALTER INDEX clear_page_pkey RENAME TO file_page_pkey;
ALTER INDEX clear_page_by_loan RENAME TO file_page_by_loan;
ALTER TABLE clear_page RENAME TO file_page;
