-- The cases that an operation worked on, as its loans and customers.

-- +goose Up
ALTER TABLE operation ADD cases bigint[] NOT NULL DEFAULT '{}';
CREATE INDEX operation_by_case ON operation USING gin (cases) WHERE cases <> '{}';
-- +goose Down
DROP INDEX operation_by_case;
ALTER TABLE operation DROP cases;
