-- What was imported, file by file, and the rows that were not taken.

-- +goose Up
CREATE TABLE import (
    import      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    directory   text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL
);

CREATE TABLE import_file (
    import    bigint NOT NULL REFERENCES import,
    file      text NOT NULL,
    rows      bigint NOT NULL,
    inserted  bigint NOT NULL,
    updated   bigint NOT NULL,
    unchanged bigint NOT NULL,
    rejected  bigint NOT NULL,
    PRIMARY KEY (import, file),
    CHECK (rows = inserted + updated + unchanged + rejected)
);

-- value_class says what kind of value stood there (empty, text, number, ...), never the value.
CREATE TABLE import_reject (
    import      bigint NOT NULL REFERENCES import,
    file        text NOT NULL,
    line        bigint NOT NULL,
    column_name text NOT NULL,
    value_class text NOT NULL,
    reason      text NOT NULL,
    PRIMARY KEY (import, file, line)
);
-- +goose Down
DROP TABLE import_reject, import_file, import;
