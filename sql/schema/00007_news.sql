-- What an import brings is added to a loan's packed ledger, which need not be made anew from the whole book for it.

-- +goose Up
-- Settled entries and billing cycles that came into the book since the ledger of their loan was packed. Derived: step 1
-- adds them to the ledger and takes them out of here. A reversal changes what is packed, and is never among them.
CREATE TABLE news_entry (
    loan           bigint NOT NULL,
    transaction_id text NOT NULL,
    kind           transaction_type NOT NULL CHECK (kind <> 'REVERSAL'),
    amount_cents   bigint NOT NULL,
    effective_on   date NOT NULL,
    PRIMARY KEY (loan, transaction_id)
);
CREATE TABLE news_cycle (
    loan              bigint NOT NULL,
    cycle_no          integer NOT NULL,
    due_on            date NOT NULL,
    minimum_due_cents bigint NOT NULL,
    PRIMARY KEY (loan, cycle_no)
);

-- Before the dates on which a loan is looked at again, loan_wake has three that say why it is looked at tonight:
-- 0001-01-01 its ledger is to be made anew, 0001-01-02 its packed ledger lacks nothing but its news, 0001-01-03 its
-- packed ledger is right. Until now 0001-01-02 said what 0001-01-03 says: of a night that is not finished.
UPDATE loan_wake SET wake_on = DATE '0001-01-01' WHERE wake_on = DATE '0001-01-02';
-- +goose Down
UPDATE loan_wake SET wake_on = DATE '0001-01-01' WHERE wake_on = DATE '0001-01-02';
DROP TABLE news_entry, news_cycle;
