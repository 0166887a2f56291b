-- What the lender sent last of the terminations that people have set or undone: sent again it undoes nothing (DC4, ST5).

-- +goose Up
CREATE TABLE termination_sent (
    loan      bigint PRIMARY KEY,
    sent      jsonb,           -- the columns, by name; null: the lender has sent none
    operation bigint NOT NULL  -- the last one
);
-- +goose Down
DROP TABLE termination_sent;
