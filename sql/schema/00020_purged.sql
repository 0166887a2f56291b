-- Which loans a purge has touched: a loan that reopens without what was cancelled is listed (SP8).

-- +goose Up
CREATE INDEX schedule_cancelled ON schedule (loan) WHERE cancel_reason IS NOT NULL;
-- +goose Down
DROP INDEX schedule_cancelled;
