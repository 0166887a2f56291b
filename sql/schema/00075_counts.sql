-- What a file says beside the file before it, counted once, and by which loans: how accounts moved between statuses, whom the file
-- leaves out, and why. Reading it costs the same whatever the book's size.

-- +goose Up
CREATE TABLE file_count (
    file   bigint PRIMARY KEY REFERENCES bureau_file,
    before bigint REFERENCES bureau_file,  -- that it was counted beside; null: there was none
    at     timestamptz NOT NULL
);

-- The loans of a stretch of the book, by what became of them. An account status is empty where a file does not tell of the loan.
CREATE TABLE file_part (
    file     bigint NOT NULL REFERENCES file_count ON DELETE CASCADE,
    reason   text NOT NULL,     -- why the file leaves them out; empty: it tells of them, or neither
    last     bigint NOT NULL,   -- the end of the stretch
    was      text NOT NULL,     -- account status in the file before
    became   text NOT NULL,     -- and in this one
    accounts bigint NOT NULL CHECK (accounts > 0),
    balance  bigint NOT NULL,   -- whole dollars, in this file
    past_due bigint NOT NULL,
    loans    bigint[] NOT NULL,
    PRIMARY KEY (file, reason, last, was, became),
    CHECK (reason = '' OR became = ''),
    CHECK (was <> '' OR became <> '' OR reason <> '')
);

-- The sums of the parts.
CREATE TABLE file_cell (
    file     bigint NOT NULL REFERENCES file_count ON DELETE CASCADE,
    reason   text NOT NULL,
    was      text NOT NULL,
    became   text NOT NULL,
    accounts bigint NOT NULL,
    balance  bigint NOT NULL,
    past_due bigint NOT NULL,
    PRIMARY KEY (file, reason, was, became)
);

-- Counts a file. Each join merges two tables in the order of their keys, whatever the statistics say: they may be those of another month.
-- +goose StatementBegin
CREATE FUNCTION count_file(f bigint, before bigint, now timestamptz) RETURNS void LANGUAGE plpgsql
SET search_path = furnisher
SET enable_nestloop = off SET enable_hashjoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
SET work_mem = '64MB' -- the loans of a stretch are gathered in memory
AS $$
BEGIN
    DELETE FROM file_count c WHERE c.file = f;
    INSERT INTO file_count (file, before, at) VALUES (f, count_file.before, now);
    INSERT INTO file_part (file, reason, last, was, became, accounts, balance, past_due, loans)
    SELECT f, x.reason, ((x.loan - 1) / 4096 + 1) * 4096, x.was, x.became, count(*), sum(x.balance), sum(x.past_due), array_agg(x.loan)
    FROM (
        SELECT coalesce(t.loan, b.loan) AS loan, coalesce(t.reason, '') AS reason, coalesce(b.account_status, '') AS was,
               coalesce(t.account_status, '') AS became, coalesce(t.balance, 0) AS balance, coalesce(t.past_due, 0) AS past_due
        FROM (
            SELECT n.loan, n.account_status, CAST('' AS text) AS reason, n.current_balance AS balance, n.amount_past_due AS past_due
            FROM tradeline n WHERE n.file = f
            UNION ALL
            SELECT e.loan, CAST('' AS text), e.reason, CAST(0 AS bigint), CAST(0 AS bigint) FROM excluded e WHERE e.file = f
            ORDER BY loan
        ) t
        FULL JOIN (SELECT o.loan, o.account_status FROM tradeline o WHERE o.file = count_file.before ORDER BY o.loan) b ON b.loan = t.loan
    ) x
    GROUP BY 2, 3, 4, 5;
    INSERT INTO file_cell (file, reason, was, became, accounts, balance, past_due)
    SELECT f, p.reason, p.was, p.became, sum(p.accounts), sum(p.balance), sum(p.past_due)
    FROM file_part p WHERE p.file = f GROUP BY 2, 3, 4;
END
$$;
-- +goose StatementEnd

-- What is open is found without what was.
CREATE INDEX finding_open ON finding (last_file, rule, harm, due_on) WHERE state = 'OPEN';
CREATE INDEX finding_open_by_number ON finding (finding) WHERE state = 'OPEN';
CREATE INDEX delivery_open ON delivery (file) WHERE state <> 'DELIVERED';
-- +goose Down
DROP INDEX delivery_open, finding_open_by_number, finding_open;
DROP FUNCTION count_file(bigint, bigint, timestamptz);
DROP TABLE file_cell, file_part, file_count;
