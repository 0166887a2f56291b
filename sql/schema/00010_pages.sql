-- Pages of records are read in account order by their primary key, and carry a checksum.

-- +goose Up
DROP TABLE file_page;
-- The encoded records of a file that is being built, written by the chunks: each row holds the records of some of a
-- chunk's loans in account order, one behind the other, runs of blanks and zeros as one byte each. Gone when the file has
-- its name: a run that was stopped before finds none, and makes them again. The primary key is the order in which the pages
-- are read: no plan can join or sort them. A page stays in its row: out of line it would be cut into four.
CREATE TABLE file_page (
    file          bigint NOT NULL,
    first_account text COLLATE "C" NOT NULL,   -- account order is byte order in every database
    loan          bigint NOT NULL,             -- of the first record
    loans         bigint[] NOT NULL,           -- of each record: read only to name the loan behind an error
    checksum      bigint NOT NULL,             -- the sum of the CRC-32C of file and record, made by the worker
    records       text NOT NULL,
    PRIMARY KEY (file, first_account, loan)
) WITH (toast_tuple_target = 8160);
ALTER TABLE file_page ALTER records SET STORAGE EXTERNAL;
-- +goose Down
DROP TABLE file_page;
CREATE TABLE file_page (
    file          bigint NOT NULL,
    loan          bigint NOT NULL,
    first_account text COLLATE "C" NOT NULL,
    records       text NOT NULL,
    PRIMARY KEY (file, loan)
) WITH (toast_tuple_target = 8160);
ALTER TABLE file_page ALTER records SET STORAGE EXTERNAL;
