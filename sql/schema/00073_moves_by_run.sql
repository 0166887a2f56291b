-- What a run moved is found by the run: its page shows it, also in a book of millions of loans.

-- +goose Up
CREATE INDEX status_history_by_run ON status_history (run) WHERE run IS NOT NULL;
-- +goose Down
DROP INDEX status_history_by_run;
