-- The whole-book proof of a file (BR8): the database releases none for which it does not hold.

-- +goose Up
ALTER TABLE bureau_file
    ADD book bigint,                            -- the loans of its program when it was written; null: it is not written
    ADD erased boolean NOT NULL DEFAULT false;  -- stored records went with a customer who was removed (CD1)
UPDATE bureau_file SET book = records + coalesce(excluded, 0) WHERE state <> 'BUILDING';
UPDATE bureau_file f SET erased = true
WHERE f.state <> 'BUILDING' AND f.header IS NOT NULL AND f.let_go_at IS NULL
  AND f.records <> (SELECT coalesce(sum(cardinality(p.loans)), 0) FROM file_page p WHERE p.file = f.file);
ALTER TABLE excluded ADD CONSTRAINT excluded_reason CHECK (reason <> '');

-- The balance of a file as it was signed with its release. The file before is the last one of its destination that counted then.
CREATE TABLE file_balance (
    file      bigint PRIMARY KEY REFERENCES bureau_file,
    before    bigint REFERENCES bureau_file,  -- null: the file is the first
    last      bigint NOT NULL,                -- accounts of the file before:
    here      bigint NOT NULL,                --   this one tells of them
    left_out  bigint NOT NULL,                --   this one leaves them out, with a reason
    moved     bigint NOT NULL,                --   they are in another program
    book      bigint NOT NULL,                -- loans of the program:
    reported  bigint NOT NULL,                --   this one tells of them
    excluded  bigint NOT NULL,                --   this one leaves them out, with a reason
    signed_by text NOT NULL,
    signed_why text NOT NULL,
    signed_at timestamptz NOT NULL,
    CHECK (last = here + left_out + moved),
    CHECK (book = reported + excluded)
);

-- Whom it leaves out, by the reason that the rules gave.
CREATE TABLE file_balance_reason (
    file     bigint NOT NULL REFERENCES file_balance,
    reason   text NOT NULL,
    accounts bigint NOT NULL,
    of_last  bigint NOT NULL,  -- accounts of the file before
    outdated bigint NOT NULL,  -- of those: the file that the reason goes by was taken back since, and the file before had no end of them
    PRIMARY KEY (file, reason)
);

-- The balance of a file as the tables are now. Each join merges two tables in the order of their keys, whatever the statistics say:
-- they may be those of another month. An ORDER BY inside tells planners before version 16 of that order, which they do not see on the
-- far side of a LEFT JOIN.
-- +goose StatementBegin
CREATE FUNCTION balance(f bigint, OUT before bigint, OUT last bigint, OUT here bigint, OUT left_out bigint, OUT moved bigint,
    OUT vanished bigint, OUT book bigint, OUT reported bigint, OUT excluded bigint, OUT missing bigint, OUT twice bigint, OUT unkept bigint)
LANGUAGE plpgsql STABLE
SET search_path = furnisher
SET enable_nestloop = off SET enable_hashjoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    this bureau_file;
    book_end bigint;
BEGIN
    SELECT * INTO STRICT this FROM bureau_file b WHERE b.file = f;
    SELECT r.last_loan INTO STRICT book_end FROM run r WHERE r.run = this.run;
    SELECT o.file INTO before FROM bureau_file o
    WHERE o.destination = this.destination AND o.as_of < this.as_of AND o.state NOT IN ('BUILDING', 'VOIDED', 'REJECTED')
    ORDER BY o.as_of DESC LIMIT 1;
    book := coalesce(this.book, this.records + coalesce(this.excluded, 0));

    SELECT count(*), count(t.loan), count(*) FILTER (WHERE t.loan IS NULL AND x.loan IS NOT NULL),
           count(*) FILTER (WHERE t.loan IS NULL AND x.loan IS NULL
                            AND (SELECT l.program FROM loan l WHERE l.loan = b.loan) <> this.program)
    INTO last, here, left_out, moved
    FROM (SELECT o.loan FROM tradeline o WHERE o.file = before ORDER BY o.loan) b
    LEFT JOIN (SELECT n.loan FROM tradeline n WHERE n.file = f ORDER BY n.loan) t ON t.loan = b.loan
    LEFT JOIN (SELECT e.loan FROM excluded e WHERE e.file = f ORDER BY e.loan) x ON x.loan = b.loan;
    vanished := last - here - left_out - moved;

    SELECT count(*) INTO reported FROM tradeline n WHERE n.file = f;
    SELECT count(*) INTO excluded FROM excluded e WHERE e.file = f;
    SELECT count(*) INTO twice
    FROM (SELECT n.loan FROM tradeline n WHERE n.file = f ORDER BY n.loan) t
    JOIN (SELECT e.loan FROM excluded e WHERE e.file = f ORDER BY e.loan) x ON x.loan = t.loan;
    -- A loan that changed its program may have come after the file was made; then the number of loans tells.
    SELECT count(*) FILTER (WHERE t.loan IS NULL AND x.loan IS NULL
                            AND NOT coalesce((SELECT s.changed_program FROM loan_state s WHERE s.loan = b.loan), false))
    INTO missing
    FROM (SELECT l.loan FROM loan l WHERE l.program = this.program AND l.loan <= book_end ORDER BY l.loan) b
    LEFT JOIN (SELECT n.loan FROM tradeline n WHERE n.file = f ORDER BY n.loan) t ON t.loan = b.loan
    LEFT JOIN (SELECT e.loan FROM excluded e WHERE e.file = f ORDER BY e.loan) x ON x.loan = b.loan;
    missing := greatest(missing, book - reported - excluded);
    unkept := 0;
    IF this.header IS NOT NULL AND this.let_go_at IS NULL AND NOT this.erased THEN
        SELECT reported - coalesce(sum(cardinality(p.loans)), 0) INTO unkept FROM file_page p WHERE p.file = f;
    END IF;
END
$$;
-- +goose StatementEnd

-- Whom a file leaves out, by reason, as the tables are now.
-- +goose StatementBegin
CREATE FUNCTION balance_reasons(f bigint, before bigint)
RETURNS TABLE (reason text, accounts bigint, of_last bigint, outdated bigint)
LANGUAGE plpgsql STABLE
SET search_path = furnisher
SET enable_nestloop = off SET enable_hashjoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    taken_back bigint[];
BEGIN
    SELECT coalesce(array_agg(o.file), '{}') INTO taken_back FROM bureau_file o WHERE o.state IN ('VOIDED', 'REJECTED');
    RETURN QUERY
    SELECT x.reason, count(*), count(b.loan), count(b.loan) FILTER (WHERE x.last_file = ANY (taken_back) AND NOT b.final)
    FROM (SELECT e.loan, e.reason, e.last_file FROM excluded e WHERE e.file = f ORDER BY e.loan) x
    LEFT JOIN (SELECT o.loan, o.final FROM tradeline o WHERE o.file = before ORDER BY o.loan) b ON b.loan = x.loan
    GROUP BY x.reason;
END
$$;
-- +goose StatementEnd

-- BR8 as a law: a file is released, or is in a state behind that, only with its balance, which must hold and is kept with who signed
-- it. The signature is the row of the file's history that says who released it; it is written before.
-- +goose StatementBegin
CREATE FUNCTION hold_balance() RETURNS trigger LANGUAGE plpgsql SET search_path = furnisher AS $$
DECLARE
    b record;
    signature bureau_file_event;
BEGIN
    SELECT * INTO signature FROM bureau_file_event e WHERE e.file = NEW.file AND e.state = 'RELEASED' ORDER BY e.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'file % is not released: nobody signed its balance', NEW.file
            USING ERRCODE = 'BR008', HINT = 'furnisher files release';
    END IF;
    SELECT * INTO b FROM balance(NEW.file);
    IF b.vanished <> 0 OR b.missing <> 0 OR b.twice <> 0 OR b.unkept <> 0
       OR b.book <> b.reported + b.excluded OR NEW.records IS DISTINCT FROM b.reported THEN
        RAISE EXCEPTION 'file % is not released: its balance does not hold', NEW.file
            USING ERRCODE = 'BR008', HINT = 'furnisher files balance',
            DETAIL = format('%s records, %s reported, %s excluded, %s loans; of %s accounts of the file before %s vanished; %s loans missing, %s told twice, %s without a stored record',
                NEW.records, b.reported, b.excluded, b.book, b.last, b.vanished, b.missing, b.twice, b.unkept);
    END IF;
    DELETE FROM file_balance_reason r WHERE r.file = NEW.file;
    DELETE FROM file_balance o WHERE o.file = NEW.file;
    INSERT INTO file_balance (file, before, last, here, left_out, moved, book, reported, excluded, signed_by, signed_why, signed_at)
    VALUES (NEW.file, b.before, b.last, b.here, b.left_out, b.moved, b.book, b.reported, b.excluded, signature.who, signature.why, signature.at);
    INSERT INTO file_balance_reason (file, reason, accounts, of_last, outdated)
    SELECT NEW.file, r.reason, r.accounts, r.of_last, r.outdated FROM balance_reasons(NEW.file, b.before) r;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER bureau_file_balance_made AFTER INSERT ON bureau_file FOR EACH ROW
    WHEN (NEW.state IN ('RELEASED', 'TRANSMITTED', 'ACCEPTED')) EXECUTE FUNCTION hold_balance();
CREATE TRIGGER bureau_file_balance AFTER UPDATE OF state ON bureau_file FOR EACH ROW
    WHEN (NEW.state IN ('RELEASED', 'TRANSMITTED', 'ACCEPTED') AND OLD.state NOT IN ('RELEASED', 'TRANSMITTED', 'ACCEPTED'))
    EXECUTE FUNCTION hold_balance();
-- +goose Down
DROP TRIGGER bureau_file_balance ON bureau_file;
DROP TRIGGER bureau_file_balance_made ON bureau_file;
DROP FUNCTION hold_balance(), balance_reasons(bigint, bigint), balance(bigint);
DROP TABLE file_balance_reason, file_balance;
ALTER TABLE excluded DROP CONSTRAINT excluded_reason;
ALTER TABLE bureau_file DROP erased, DROP book;
