-- Packed rows say sealed who the consumers of a loan are.

-- +goose Up
-- What programs before this one packed holds numbers and dates of birth in clear: the rows go with their files. The first night after
-- this packs and decides the whole book.
TRUNCATE account;
UPDATE loan_wake SET version = version + 1, state = 'STALE', wake_on = '-infinity', why = 'migration 00040';
-- +goose Down
TRUNCATE account; -- an older program makes the rows anew too
