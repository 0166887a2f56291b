-- Files that wait for a business day although their program has another calendar by now.

-- +goose Up
-- A file that waited, when the book was closed up to noted_on, by a calendar that an import then changed. The next business day makes it.
CREATE TABLE file_waiting (
    program  bigint NOT NULL REFERENCES program,
    as_of    date NOT NULL,
    calendar text NOT NULL CHECK (calendar <> ''),
    noted_on date NOT NULL,
    PRIMARY KEY (program, as_of)
);
-- The calendar by which the file is made; null in older files: that of their program.
ALTER TABLE bureau_file ADD calendar text CHECK (calendar <> '');
-- +goose Down
ALTER TABLE bureau_file DROP calendar;
DROP TABLE file_waiting;
