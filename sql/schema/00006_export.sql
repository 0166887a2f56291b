-- An export of a million loans: records kept by pages, and the number of an account found without reading its loan.

-- +goose Up
DROP TABLE file_line;
-- The encoded records of a file that is being built, written by the chunks: each row holds the records of some of a
-- chunk's loans in account order, one a line: loan key, account number and record, between tabs. Gone when the file has
-- its name. A page stays in its row: out of line it would be cut into four.
CREATE TABLE file_page (
    file          bigint NOT NULL,
    loan          bigint NOT NULL,             -- of the first record
    first_account text COLLATE "C" NOT NULL,   -- account order is byte order in every database
    records       text NOT NULL,
    PRIMARY KEY (file, loan)
) WITH (toast_tuple_target = 8160);
ALTER TABLE file_page ALTER records SET STORAGE EXTERNAL;

-- With the loan in it, the index alone answers whether an older loan has the number.
DROP INDEX loan_by_account;
CREATE INDEX loan_by_account ON loan (program, upper(account_number), loan);
-- +goose Down
DROP TABLE file_page;
DROP INDEX loan_by_account;
CREATE INDEX loan_by_account ON loan (program, upper(account_number));
CREATE TABLE file_line (
    file           bigint NOT NULL,
    account_number text COLLATE "C" NOT NULL,
    loan           bigint NOT NULL,
    record         text NOT NULL,
    PRIMARY KEY (file, account_number, loan)
);
