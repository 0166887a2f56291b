-- What changes when a case, a cancelled payment or a program's setting changes.

-- +goose Up
-- Q81: the payments that we cancelled are facts of their loans.
CREATE INDEX scheduled_item_payment_cancelled ON scheduled_item (loan) WHERE kind = 'PAYMENT' AND cancel_reason IS NOT NULL;

-- The settings of programs are not packed either.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION wake(loans bigint[], why text) RETURNS void LANGUAGE sql AS $$
    UPDATE furnisher.loan_wake w SET
        version = w.version + 1, wake_on = '-infinity', why = $2,
        state = CASE WHEN $2 IN ('product', 'program') AND w.state <> 'STALE' THEN 'AWAKE' ELSE 'STALE' END
    FROM (SELECT loan FROM furnisher.loan_wake WHERE loan = ANY ($1) ORDER BY loan FOR NO KEY UPDATE) locked
    WHERE w.loan = locked.loan
$$;
-- +goose StatementEnd
-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION wake(loans bigint[], why text) RETURNS void LANGUAGE sql AS $$
    UPDATE furnisher.loan_wake w SET
        version = w.version + 1, wake_on = '-infinity', why = $2,
        state = CASE WHEN $2 = 'product' AND w.state <> 'STALE' THEN 'AWAKE' ELSE 'STALE' END
    FROM (SELECT loan FROM furnisher.loan_wake WHERE loan = ANY ($1) ORDER BY loan FOR NO KEY UPDATE) locked
    WHERE w.loan = locked.loan
$$;
-- +goose StatementEnd
DROP INDEX scheduled_item_payment_cancelled;
