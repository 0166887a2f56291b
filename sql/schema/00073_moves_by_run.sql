-- What a run moved is found by the run, in the order in which its page shows it, also in a book of millions of loans.

-- +goose Up
CREATE INDEX status_history_by_run ON status_history (run, loan, seq) WHERE run IS NOT NULL;
-- +goose Down
DROP INDEX status_history_by_run;
