-- Outgoing events are brought to whoever hears them, and what became of each is kept (FS5).

-- +goose Up
-- Everywhere else an address is a person's.
ALTER TABLE delivery RENAME address TO receiver;
ALTER TABLE delivery_attempt RENAME address TO receiver;

-- An event that is of no loan has loan 0. NEW: nobody acknowledged it. DONE: a webhook took it, or a person or system acknowledged it.
-- DEAD: given up after many attempts; a person must see to it. attempts counts those that were begun, and next_at is no earlier than
-- the next one, so a process that is killed while it sends has its attempt counted.
ALTER TABLE outbox
    ADD state    text NOT NULL DEFAULT 'NEW' CHECK (state IN ('NEW', 'DONE', 'DEAD')),
    ADD attempts integer NOT NULL DEFAULT 0,
    ADD next_at  timestamptz, -- null: at once
    ADD ended_at timestamptz,
    ADD ended_by text,
    ADD error    text;        -- of the last attempt
CREATE INDEX outbox_new ON outbox (next_at NULLS FIRST, loan, event_id) WHERE state = 'NEW';
CREATE INDEX outbox_dead ON outbox (loan, event_id) WHERE state = 'DEAD';
-- +goose Down
ALTER TABLE delivery_attempt RENAME receiver TO address;
ALTER TABLE delivery RENAME receiver TO address;
DROP INDEX outbox_dead;
DROP INDEX outbox_new;
DELETE FROM outbox WHERE loan = 0;
ALTER TABLE outbox DROP error, DROP ended_by, DROP ended_at, DROP next_at, DROP attempts, DROP state;
