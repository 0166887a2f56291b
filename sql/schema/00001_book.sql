-- The book: what the servicing extract holds (one table per file), and the two states of a loan.
-- Every big table carries the loan key in its primary and unique keys, so that the book can be
-- distributed by loan. Money is bigint cents. Lender ids are text; keys of our own are bigint.

-- +goose Up
CREATE TYPE transaction_type AS ENUM (
    'ORIGINATION', 'INTEREST', 'FEE', 'LATE_FEE', 'LATE_FEE_INTEREST', 'RETURN_CHECK_FEE', 'MANUAL_FEE',
    'REFUND', 'PAYMENT', 'OFFSET', 'WAIVER', 'PREPAYMENT_DISCOUNT', 'ADJUSTMENT', 'REVERSAL');

CREATE TABLE program (
    program               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    program_id            text NOT NULL UNIQUE,
    identification_number text NOT NULL,
    reporter_name         text NOT NULL,
    reporter_address      text NOT NULL,
    reporter_phone        text,
    innovis_id            text,
    equifax_id            text,
    experian_id           text,
    transunion_id         text,
    calendar              text NOT NULL CHECK (calendar ~ '^(monthly:(last|0[1-9]|[12][0-9]|3[01])|cycle|daily)$'),
    activity_cycle_ids    text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE product (
    product            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id         text NOT NULL UNIQUE,
    name               text NOT NULL,
    portfolio_type     text NOT NULL CHECK (portfolio_type IN ('C', 'I', 'M', 'O', 'R')),
    account_type       text NOT NULL,
    terms_frequency    text,
    interest_type      text CHECK (interest_type IN ('F', 'V')),
    delinquent_after   integer CHECK (delinquent_after > 0),
    charge_off_after   integer CHECK (charge_off_after > 0),
    grace_days         integer NOT NULL CHECK (grace_days >= 0),
    closes_on_payoff   boolean NOT NULL,
    payoff_hold_days   integer NOT NULL DEFAULT 0 CHECK (payoff_hold_days >= 0),
    trailing_reports   integer NOT NULL DEFAULT 1 CHECK (trailing_reports BETWEEN 1 AND 3)
);

CREATE TABLE customer (
    customer           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id        text NOT NULL UNIQUE,
    surname            text NOT NULL,
    first_name         text,
    middle_name        text,
    generation_code    text,
    ssn                text CHECK (ssn ~ '^[0-9]{9}$'),
    date_of_birth      date,
    phone              text CHECK (phone ~ '^[0-9]{10}$'),
    address1           text NOT NULL,
    address2           text,
    city               text NOT NULL,
    state              text NOT NULL,
    postal_code        text NOT NULL,
    country_code       text,
    address_indicator  text,
    residence_code     text,
    employer_name      text,
    employer_address1  text,
    employer_address2  text,
    employer_city      text,
    employer_state     text,
    employer_postal_code text,
    occupation         text,
    legal_hold         boolean NOT NULL DEFAULT false,
    is_business        boolean NOT NULL DEFAULT false
);

-- The lender's id of a loan and its key. The one place where a loan is unique by its text id: the big tables
-- are unique by the key.
CREATE TABLE loan_key (
    loan           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    loan_id        text NOT NULL UNIQUE
);

-- The loan as the lender describes it. Nothing here is written by a night.
CREATE TABLE loan (
    loan                   bigint PRIMARY KEY REFERENCES loan_key,
    loan_id                text NOT NULL,
    product                bigint NOT NULL REFERENCES product,
    program                bigint NOT NULL REFERENCES program,
    account_number         text NOT NULL,
    opened_on              date NOT NULL,
    original_amount_cents  bigint CHECK (original_amount_cents >= 0),
    credit_limit_cents     bigint CHECK (credit_limit_cents >= 0),
    highest_balance_cents  bigint CHECK (highest_balance_cents >= 0),
    terms_duration         text,
    scheduled_payment_cents bigint CHECK (scheduled_payment_cents >= 0),
    promo_ends_on          date,
    cycle_id               text,
    activity_status        text,
    activity_substatus     text,
    furnish                boolean NOT NULL DEFAULT true,
    hold_until             date,
    balloon_on             date,
    balloon_amount_cents   bigint,
    deferred_until         date,
    original_creditor      text,
    creditor_class         text,
    purchased_from         text,
    sold_to                text,
    sold_on                date,
    agency_id              text,
    agency_account         text,
    mortgage_id            text,
    new_account_number     text,
    payment_history        text CHECK (length(payment_history) = 24),
    first_delinquency_on   date,
    original_charge_off_cents bigint,
    last_reported_on       date,
    deletion_reported_on   date
);
CREATE INDEX loan_by_account ON loan (program, upper(account_number)); -- files are written in upper case

-- The two states of a loan (ST1, ST3) and what the night must remember of them. Rewritten often and
-- indexed by nothing but its key, so that updates stay on their page.
CREATE TABLE loan_state (
    loan             bigint PRIMARY KEY REFERENCES loan_key,
    status           text NOT NULL CHECK (status IN (
        'ACTIVE', 'SUSPENDED::DELINQUENT',
        'CLOSED::CHARGE_OFF', 'CLOSED::PAID_OFF', 'CLOSED::SURPLUS_BALANCE', 'CLOSED::BANKRUPTCY', 'CLOSED::FRAUD',
        'CLOSED::INACTIVITY', 'CLOSED::RISK', 'CLOSED::CUSTOMER_REQUEST', 'CLOSED::GRANTOR_REQUEST',
        'CLOSED::DECEASED', 'CLOSED::CUSTOMER_REQUEST_PENDING_PAYOFF', 'CLOSED::GRANTOR_REQUEST_PENDING_PAYOFF',
        'CLOSED::SETTLEMENT', 'CLOSED::ADMINISTRATIVE')),
    status_since     date NOT NULL,
    status_cause     text NOT NULL CHECK (status_cause IN ('TAKEOVER', 'IMPORT', 'NIGHT')),
    closed_on        date,
    episode          integer NOT NULL DEFAULT 0 CHECK (episode >= 0),
    count_from       date NOT NULL,  -- cycles evaluated on or before it never count (DQ3, Q4)
    reopened_on      date,           -- reversals effective on or before it are repaired in the count (Q3)
    charged_off_on   date,
    charge_off_cents bigint,         -- written once (FORMAT.md 3.3)
    servicing_status text NOT NULL CHECK (servicing_status IN ('SERVICING', 'NOT_SERVICING')),
    stop_reason      text,
    imported_status       text NOT NULL,  -- the last pair the lender sent: sent again it changes nothing
    imported_status_since date NOT NULL,
    imported_after   date,           -- last business date closed when the loan first came in; null: none
    CHECK ((status LIKE 'CLOSED::%') = (closed_on IS NOT NULL)),
    CHECK ((status = 'CLOSED::CHARGE_OFF') <= (charged_off_on IS NOT NULL))
) WITH (fillfactor = 60);

-- Every change of either state (ST4). Insert only.
CREATE TABLE status_history (
    loan          bigint NOT NULL,
    seq           integer NOT NULL,
    state         text NOT NULL CHECK (state IN ('ACCOUNT', 'SERVICING')),
    from_status   text,
    to_status     text NOT NULL,
    business_date date NOT NULL,
    effective_on  date NOT NULL,
    closed_on     date,
    cause         text NOT NULL CHECK (cause IN ('TAKEOVER', 'IMPORT', 'NIGHT')),
    rule          text NOT NULL,
    run           bigint,
    who           text,
    why           text,
    facts         jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (loan, seq),
    CHECK ((cause = 'NIGHT') = (run IS NOT NULL))
);

CREATE TABLE loan_customer (
    loan      bigint NOT NULL,
    customer  bigint NOT NULL,
    ecoa_code text NOT NULL,
    position  integer NOT NULL CHECK (position > 0),
    PRIMARY KEY (loan, customer),
    UNIQUE (loan, position) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX loan_customer_by_customer ON loan_customer (customer);

CREATE TABLE cycle (
    loan              bigint NOT NULL,
    cycle_no          integer NOT NULL,
    starts_on         date NOT NULL,
    ends_on           date NOT NULL,
    due_on            date NOT NULL,
    minimum_due_cents bigint NOT NULL CHECK (minimum_due_cents >= 0),
    PRIMARY KEY (loan, cycle_no),
    CHECK (starts_on <= ends_on)
);

-- Immutable but for PENDING becoming SETTLED or FAILED. amount_cents is unsigned but for ADJUSTMENT;
-- a REVERSAL names the entry that it undoes, whole.
CREATE TABLE loan_transaction (
    loan           bigint NOT NULL,
    transaction_id text NOT NULL,
    type           transaction_type NOT NULL,
    amount_cents   bigint NOT NULL CHECK (amount_cents >= 0 OR type = 'ADJUSTMENT'),
    effective_on   date NOT NULL,
    posted_at      timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN ('PENDING', 'SETTLED', 'FAILED')),
    reverses       text CHECK ((type = 'REVERSAL') = (reverses IS NOT NULL)),
    due_cycle_no   integer,
    PRIMARY KEY (transaction_id, loan)
);
CREATE INDEX loan_transaction_by_loan ON loan_transaction (loan);
CREATE UNIQUE INDEX loan_transaction_reversed_once ON loan_transaction (loan, reverses)
    WHERE type = 'REVERSAL' AND state <> 'FAILED';

CREATE TABLE termination (
    loan              bigint PRIMARY KEY,
    terminated_on     date NOT NULL,
    source            text,
    reason            text,
    report_as_deleted text CHECK (report_as_deleted IN ('DA', 'DF'))
);

CREATE TABLE reason_rule (
    activity_status       text NOT NULL,
    activity_substatus    text NOT NULL,
    require_payoff_reason boolean NOT NULL,
    PRIMARY KEY (activity_status, activity_substatus)
);

-- SP3: a cancelled row stays, with when (business date), by which run, and why.
CREATE TABLE schedule (
    loan          bigint NOT NULL,
    schedule_id   text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('CALL', 'EMAIL', 'SMS')),
    state         text NOT NULL CHECK (state IN ('ACTIVE', 'CANCELLED')),
    cancelled_on  date,
    cancelled_run bigint,
    cancel_reason text,
    PRIMARY KEY (schedule_id, loan),
    CHECK (cancelled_run IS NULL OR (state = 'CANCELLED' AND cancelled_on IS NOT NULL AND cancel_reason IS NOT NULL))
);
CREATE INDEX schedule_active ON schedule (loan) WHERE state = 'ACTIVE';

CREATE TABLE scheduled_item (
    loan          bigint NOT NULL,
    item_id       text NOT NULL,
    schedule_id   text,
    kind          text NOT NULL CHECK (kind IN ('PAYMENT', 'CALL', 'EMAIL', 'SMS')),
    state         text NOT NULL CHECK (state IN ('PENDING', 'SENT', 'COMPLETED', 'FAILED', 'CANCELLED')),
    due_at        timestamptz NOT NULL,
    amount_cents  bigint CHECK (amount_cents >= 0),
    cancelled_on  date,
    cancelled_run bigint,
    cancel_reason text,
    PRIMARY KEY (item_id, loan),
    CHECK (cancelled_run IS NULL OR (state = 'CANCELLED' AND cancelled_on IS NOT NULL AND cancel_reason IS NOT NULL))
);
CREATE INDEX scheduled_item_pending ON scheduled_item (loan) WHERE state = 'PENDING';

CREATE TABLE pause (
    loan    bigint NOT NULL,
    from_on date NOT NULL,
    to_on   date,
    reason  text NOT NULL,
    PRIMARY KEY (loan, from_on),
    CHECK (to_on IS NULL OR to_on >= from_on)
);

CREATE TABLE case_file (
    case_key                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id                 text NOT NULL UNIQUE,
    external_id             text,
    type                    text NOT NULL,
    status                  text NOT NULL,
    outcome                 text,
    opened_on               date NOT NULL,
    closed_on               date,
    auto_created            boolean NOT NULL DEFAULT false,
    acknowledged            boolean NOT NULL DEFAULT false,
    deleted_on              date,
    chapter                 text CHECK (chapter IN ('7', '11', '12', '13')),
    filed_on                date,
    disposition             text CHECK (disposition IN ('DISCHARGED', 'DISMISSED', 'WITHDRAWN', 'PLAN_CONFIRMED', 'REAFFIRMED')),
    disposition_on          date,
    listed_outstanding_debt boolean,
    court_case_number       text
);
CREATE UNIQUE INDEX case_file_by_external_id ON case_file (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE case_party (
    case_key bigint NOT NULL REFERENCES case_file,
    customer bigint,
    loan     bigint,
    CHECK ((customer IS NULL) <> (loan IS NULL))
);
CREATE UNIQUE INDEX case_party_customer ON case_party (case_key, customer) WHERE customer IS NOT NULL;
CREATE UNIQUE INDEX case_party_loan ON case_party (case_key, loan) WHERE loan IS NOT NULL;

CREATE TABLE customer_removal (
    customer       bigint PRIMARY KEY REFERENCES customer,
    approver       text,
    erasure_reason text
);
-- +goose Down
DROP SCHEMA furnisher CASCADE;
