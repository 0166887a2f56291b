-- The review list: what cases changed in files, until a person has seen it (CA1, CA2).

-- +goose Up
-- One row for each thing that a case changed of what a file says of a loan, or for a case that could not be applied (change
-- not_applied). The same change in a later file has no row of its own; another rule or value is another change.
CREATE TABLE case_change (
    case_id        text NOT NULL,
    loan           bigint NOT NULL,
    change         text NOT NULL, -- a key of the tradeline's facts without its case_, left_out, or not_applied
    rule           text NOT NULL,
    value          text NOT NULL, -- what the file says: a code or a date; empty where the change has none
    file           bigint NOT NULL, -- the first that told of it and counts; of not_applied the last
    seen_operation bigint,        -- null: nobody has seen it
    PRIMARY KEY (case_id, loan, change, rule, value)
) WITH (fillfactor = 90);
CREATE INDEX case_change_unseen ON case_change (case_id, loan, change, rule, value) WHERE seen_operation IS NULL;
CREATE INDEX case_file_not_acknowledged ON case_file (case_id)
    WHERE auto_created AND NOT acknowledged AND closed_on IS NULL AND deleted_on IS NULL;
-- +goose Down
DROP INDEX case_file_not_acknowledged;
DROP TABLE case_change;
