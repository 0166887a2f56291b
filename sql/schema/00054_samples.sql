-- Samples of the bureaus' files: values that were derived again from their sources, and who signed it.

-- +goose Up
-- A sheet names loans and fields, and no value that identifies a person. Nobody changes it: the hash is of its bytes.
CREATE TABLE sample_sheet (
    sample       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file         bigint NOT NULL REFERENCES bureau_file,
    file_sha256  text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    seed         bigint NOT NULL,
    asked        integer NOT NULL CHECK (asked > 0),
    drawn        integer NOT NULL CHECK (drawn >= 0),
    compared     integer NOT NULL CHECK (compared >= 0),
    differing    integer NOT NULL CHECK (differing BETWEEN 0 AND compared),
    by_hand      integer NOT NULL CHECK (by_hand >= 0),
    sheet        bytea NOT NULL,
    sheet_sha256 text NOT NULL CHECK (sheet_sha256 = encode(sha256(sheet), 'hex')),
    who          text NOT NULL CHECK (who <> ''),
    at           timestamptz NOT NULL
);
CREATE INDEX sample_sheet_by_file ON sample_sheet (file);

CREATE TRIGGER sample_sheet_is_final BEFORE UPDATE OR DELETE ON sample_sheet FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- +goose Down
DROP TABLE sample_sheet;
