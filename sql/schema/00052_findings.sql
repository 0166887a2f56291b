-- What pre-flight finds in files before they are released, and what people do about it.

-- +goose Up
-- Where consumers send notices of inaccuracy (FCRA 623(a)(1)(C)); null: nobody has said.
ALTER TABLE program ADD dispute_address text CHECK (dispute_address <> '');

-- The same thing found again at the destination is one finding seen again. Loan 0 is the file or the program as a whole.
CREATE TABLE finding (
    loan          bigint NOT NULL,
    finding       bigint GENERATED ALWAYS AS IDENTITY,
    destination   bigint NOT NULL REFERENCES destination,
    rule          text NOT NULL,
    about         text NOT NULL DEFAULT '', -- what of the loan, where a rule can find several: a case, a field, another rule
    harm          text NOT NULL CHECK (harm IN ('GRAVE', 'SERIOUS', 'SLIGHT')),
    says          text NOT NULL,            -- as it was seen last, without a personal value
    first_file    bigint NOT NULL REFERENCES bureau_file,
    last_file     bigint NOT NULL REFERENCES bureau_file,
    first_seen_on date NOT NULL,            -- calendar date of the first file
    last_seen_on  date NOT NULL,
    times         integer NOT NULL CHECK (times > 0),  -- files in which it was seen
    months        integer NOT NULL CHECK (months > 0), -- calendar months of those files
    owner         text CHECK (owner <> ''),
    due_on        date NOT NULL,
    state         text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'ACCEPTED', 'FIXED')),
    accepted_file bigint,                   -- the last file for which a person has accepted it: a later one asks again
    accepted_by   text,
    accepted_why  text CHECK (accepted_why <> ''),
    accepted_at   timestamptz,
    fixed_file    bigint,                   -- the first file that was looked at and has it no more,
    fixed_by      text,                     -- or who says that it is put right
    fixed_why     text CHECK (fixed_why <> ''),
    PRIMARY KEY (loan, finding),
    CHECK (num_nulls(accepted_file, accepted_by, accepted_why, accepted_at) IN (0, 4)),
    CHECK (state <> 'ACCEPTED' OR accepted_file IS NOT NULL),
    CHECK ((state = 'FIXED') = (fixed_file IS NOT NULL)),
    CHECK ((fixed_by IS NULL) = (fixed_why IS NULL))
);
CREATE UNIQUE INDEX finding_once ON finding (destination, rule, loan, about);
CREATE INDEX finding_by_number ON finding (finding);

-- In which files a finding was seen.
CREATE TABLE finding_file (
    loan    bigint NOT NULL,
    finding bigint NOT NULL,
    file    bigint NOT NULL REFERENCES bureau_file,
    PRIMARY KEY (loan, finding, file),
    FOREIGN KEY (loan, finding) REFERENCES finding
);
CREATE INDEX finding_file_by_file ON finding_file (file, finding);

-- The last look at a file before its release, and what drift is measured by.
CREATE TABLE preflight (
    file     bigint PRIMARY KEY REFERENCES bureau_file,
    sha256   text NOT NULL,     -- of the file that was looked at
    at       timestamptz NOT NULL,
    who      text NOT NULL CHECK (who <> ''),
    accounts bigint NOT NULL,   -- looked at, those that the file leaves out too
    found    bigint NOT NULL,
    more     bigint NOT NULL,   -- found beyond what is kept
    profile  jsonb NOT NULL
);
-- +goose Down
DROP TABLE preflight, finding_file, finding;
ALTER TABLE program DROP dispute_address;
