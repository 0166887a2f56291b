-- Contact that a night stops, and that the lender's extract does not start again by itself.

-- +goose Up
-- The servicing status that the lender sent last: sent again it changes nothing (ST3, Q55).
ALTER TABLE loan_state ADD imported_servicing text NOT NULL DEFAULT 'SERVICING' CHECK (imported_servicing IN ('SERVICING', 'NOT_SERVICING'));
UPDATE loan_state SET imported_servicing = servicing_status WHERE servicing_status <> 'SERVICING';
-- +goose Down
ALTER TABLE loan_state DROP imported_servicing;
