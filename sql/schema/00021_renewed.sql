-- Loans that slept before rules read cases are looked at again.

-- +goose Up
-- What programs before this one packed of a loan may lack its cases, and when they let it sleep they did not know of them:
-- the contact of a bankrupt customer would not stop. The first night after this packs and decides the whole book.
UPDATE loan_wake SET version = version + 1, state = 'STALE', wake_on = '-infinity', why = 'migration 00021';
-- +goose Down
-- Nothing to take back: an older program makes the rows anew too.
SELECT 1;
