-- Another attempt says which files that were taken back it does not make again.

-- +goose Up
-- LEFT: it was voided or rejected, and a file of its destination of the same date or a later one counts. Nothing is made of it: it
-- has no new SHA-256.
ALTER TABLE run_file DROP CONSTRAINT run_file_outcome_check,
    ADD CONSTRAINT run_file_outcome_check CHECK (outcome IN ('SAME', 'REPLACED', 'SENT', 'LEFT')),
    ADD CONSTRAINT run_file_left CHECK ((outcome = 'LEFT') = (new_sha256 = ''));
-- +goose Down
DELETE FROM run_file WHERE outcome = 'LEFT';
ALTER TABLE run_file DROP CONSTRAINT run_file_left, DROP CONSTRAINT run_file_outcome_check,
    ADD CONSTRAINT run_file_outcome_check CHECK (outcome IN ('SAME', 'REPLACED', 'SENT'));
