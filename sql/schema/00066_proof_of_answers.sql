-- The log of what was recorded covers what files leave out, what bureaus answered, and corrections.

-- +goose Up
-- Pages are of tradelines, or of what the file leaves out.
ALTER TABLE proof_page ADD kind text NOT NULL DEFAULT 'tradeline' CHECK (kind IN ('tradeline', 'excluded'));
ALTER TABLE proof_page DROP CONSTRAINT proof_page_pkey, ADD PRIMARY KEY (file, kind, last);
ALTER TABLE proof_older ADD kind text NOT NULL DEFAULT 'tradeline' CHECK (kind IN ('tradeline', 'excluded'));
ALTER TABLE proof_older DROP CONSTRAINT proof_older_pkey, ADD PRIMARY KEY (file, kind);
INSERT INTO proof_older (file, kind) SELECT file, 'excluded' FROM bureau_file;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION proof_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next bigint := furnisher.proof_next();
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT next + row_number() OVER (ORDER BY x.rank, x.b) - 1, x.kind, NEW.file, x.b, x.digest
    FROM (
        SELECT CASE p.kind WHEN 'tradeline' THEN 1 ELSE 2 END AS rank, p.kind, p.last AS b, p.root AS digest
        FROM furnisher.proof_page p WHERE p.file = NEW.file
        UNION ALL
        SELECT 3, 'deletion', d.loan, sha256(convert_to(CAST(jsonb_build_array(
            d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed) AS text), 'UTF8'))
        FROM furnisher.deletion d WHERE d.destination = NEW.destination AND d.file = NEW.file
        UNION ALL
        SELECT 4, 'bureau_file', 0, sha256(convert_to(CAST(jsonb_build_array(
            NEW.file, NEW.run, NEW.program, NEW.destination, NEW.as_of, NEW.previous_on, NEW.created_on, NEW.name, NEW.sha256, NEW.bytes,
            NEW.records, NEW.excluded, NEW.header, NEW.calendar, NEW.made_by) AS text), 'UTF8'))
    ) x;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- What is hashed of rows whose texts lose a removed customer's name (CD1). An entry's b is 0 for the row as it was recorded, and counts on
-- for each time that a name was taken out of it: the last entry is of the row as it is.
--   answer             a bureau's answer without whose it is and what answered it (a)
--   answer_closed      that a person closed it (a the answer)
--   correction         a correction of a field without what became of its lock (a)
--   correction_released  that people released it (a the correction)
--   correction_at      what was decided of the field at a destination then (a the correction, b the destination)
-- What became of an answer or lock by a file follows from files and tradelines.
-- +goose StatementBegin
CREATE FUNCTION proof_says(a answer) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CAST(jsonb_build_array(a.answer, a.loan, a.file, a.destination, a.record_number, a.outcome, a.field, a.code, a.reason,
        a.received_on, a.seen_file, a.recorded_by, extract(epoch FROM a.recorded_at)) AS text)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION proof_says_closed(a answer) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CAST(jsonb_build_array(a.answer, a.answered_by, a.answered_why, extract(epoch FROM a.answered_at)) AS text)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION proof_says(c correction) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CAST(jsonb_build_array(c.correction, c.loan, c.field, c.value, c.decided, c.decided_on, CAST(c.known AS text), c.reason, c.evidence,
        c.source, c.file, c.recorded_by, c.approver, extract(epoch FROM c.recorded_at)) AS text)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION proof_says_released(c correction) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CAST(jsonb_build_array(c.correction, c.released_by, c.release_approver, c.release_why, extract(epoch FROM c.released_at)) AS text)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION proof_says(x correction_at) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CAST(jsonb_build_array(x.correction, x.loan, x.destination, x.decided) AS text)
$$;
-- +goose StatementEnd

-- Answers come by the 100,000: one statement adds their entries, when their transaction ends.
CREATE TABLE proof_due (
    due   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first bigint NOT NULL, -- answer
    last  bigint NOT NULL
);
-- +goose StatementBegin
CREATE FUNCTION proof_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO furnisher.proof_due (first, last) SELECT min(answer), max(answer) FROM written HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER proof_answer AFTER INSERT ON answer REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION proof_answer();
-- +goose StatementBegin
CREATE FUNCTION proof_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next bigint := furnisher.proof_next();
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT next + row_number() OVER (ORDER BY a.answer) - 1, 'answer', a.answer, 0, sha256(convert_to(furnisher.proof_says(a), 'UTF8'))
    FROM furnisher.answer a
    WHERE a.answer BETWEEN NEW.first AND NEW.last
      AND NOT EXISTS (SELECT FROM furnisher.proof_entry e WHERE e.kind = 'answer' AND e.a = a.answer);
    DELETE FROM furnisher.proof_due WHERE due = NEW.due;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_answers AFTER INSERT ON proof_due DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION proof_answers();

-- One row: its entry, or the next one of a row that lost a name. TG_ARGV[0] is the kind.
-- +goose StatementBegin
CREATE FUNCTION proof_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key  bigint;
    part bigint;
    says text;
BEGIN
    CASE TG_ARGV[0]
    WHEN 'answer' THEN key := NEW.answer; says := furnisher.proof_says(NEW);
    WHEN 'answer_closed' THEN key := NEW.answer; says := furnisher.proof_says_closed(NEW);
    WHEN 'correction' THEN key := NEW.correction; says := furnisher.proof_says(NEW);
    WHEN 'correction_released' THEN key := NEW.correction; says := furnisher.proof_says_released(NEW);
    WHEN 'correction_at' THEN key := NEW.correction; part := NEW.destination; says := furnisher.proof_says(NEW);
    END CASE;
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT furnisher.proof_next(), TG_ARGV[0], key,
           coalesce(part, (SELECT max(e.b) + 1 FROM furnisher.proof_entry e WHERE e.kind = TG_ARGV[0] AND e.a = key), 0),
           sha256(convert_to(says, 'UTF8'));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER proof_answer_unnamed AFTER UPDATE ON answer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.reason <> NEW.reason AND NEW.reason LIKE '%[removed]%') EXECUTE FUNCTION proof_row('answer');
CREATE CONSTRAINT TRIGGER proof_answer_closed AFTER UPDATE ON answer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.answered_by IS NOT NULL AND (OLD.answered_by IS NULL OR OLD.answered_why <> NEW.answered_why AND NEW.answered_why LIKE '%[removed]%'))
    EXECUTE FUNCTION proof_row('answer_closed');
CREATE CONSTRAINT TRIGGER proof_correction AFTER INSERT ON correction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proof_row('correction');
CREATE CONSTRAINT TRIGGER proof_correction_unnamed AFTER UPDATE ON correction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.reason, OLD.evidence) <> (NEW.reason, NEW.evidence) AND NEW.reason || NEW.evidence LIKE '%[removed]%')
    EXECUTE FUNCTION proof_row('correction');
CREATE CONSTRAINT TRIGGER proof_correction_released AFTER UPDATE ON correction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.released_by IS NOT NULL AND (OLD.released_by IS NULL OR OLD.release_why <> NEW.release_why AND NEW.release_why LIKE '%[removed]%'))
    EXECUTE FUNCTION proof_row('correction_released');
-- What a night adds repeats the correction: it is no record of its own.
CREATE CONSTRAINT TRIGGER proof_correction_at AFTER INSERT ON correction_at DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ended_file IS NULL) EXECUTE FUNCTION proof_row('correction_at');

-- What is there already is logged as it is found. Of what a destination was told nobody knows whether a night added it: what differs from
-- the correction did not come from one.
INSERT INTO proof_entry (entry, kind, a, b, found, digest)
SELECT (SELECT coalesce(max(entry), -1) FROM proof_entry) + row_number() OVER (ORDER BY x.rank, x.a, x.b), x.kind, x.a, x.b, TRUE,
       sha256(convert_to(x.says, 'UTF8'))
FROM (
    SELECT 1 AS rank, 'answer' AS kind, a.answer AS a, CAST(0 AS bigint) AS b, proof_says(a) AS says FROM answer a
    UNION ALL SELECT 2, 'answer_closed', a.answer, 0, proof_says_closed(a) FROM answer a WHERE a.answered_by IS NOT NULL
    UNION ALL SELECT 3, 'correction', c.correction, 0, proof_says(c) FROM correction c
    UNION ALL SELECT 4, 'correction_released', c.correction, 0, proof_says_released(c) FROM correction c WHERE c.released_by IS NOT NULL
    UNION ALL SELECT 5, 'correction_at', x.correction, x.destination, proof_says(x) FROM correction_at x
        JOIN correction c ON c.loan = x.loan AND c.correction = x.correction WHERE x.decided <> c.decided
) x;
-- +goose Down
DROP TRIGGER proof_correction_at ON correction_at;
DROP TRIGGER proof_correction_released ON correction;
DROP TRIGGER proof_correction_unnamed ON correction;
DROP TRIGGER proof_correction ON correction;
DROP TRIGGER proof_answer_closed ON answer;
DROP TRIGGER proof_answer_unnamed ON answer;
DROP TRIGGER proof_answer ON answer;
DROP TABLE proof_due;
DROP FUNCTION proof_row(), proof_answers(), proof_answer(), proof_says(answer), proof_says_closed(answer), proof_says(correction),
    proof_says_released(correction), proof_says(correction_at);
DELETE FROM proof_older WHERE kind <> 'tradeline';
ALTER TABLE proof_older DROP CONSTRAINT proof_older_pkey, ADD PRIMARY KEY (file), DROP kind;
DELETE FROM proof_page WHERE kind <> 'tradeline';
ALTER TABLE proof_page DROP CONSTRAINT proof_page_pkey, ADD PRIMARY KEY (file, last), DROP kind;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION proof_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next bigint := furnisher.proof_next();
BEGIN
    INSERT INTO furnisher.proof_entry (entry, kind, a, b, digest)
    SELECT next + row_number() OVER (ORDER BY x.rank, x.b) - 1, x.kind, NEW.file, x.b, x.digest
    FROM (
        SELECT 1 AS rank, 'tradeline' AS kind, p.last AS b, p.root AS digest FROM furnisher.proof_page p WHERE p.file = NEW.file
        UNION ALL
        SELECT 2, 'deletion', d.loan, sha256(convert_to(CAST(jsonb_build_array(
            d.destination, d.loan, d.file, d.account_number, d.code, d.date_closed) AS text), 'UTF8'))
        FROM furnisher.deletion d WHERE d.destination = NEW.destination AND d.file = NEW.file
        UNION ALL
        SELECT 3, 'bureau_file', 0, sha256(convert_to(CAST(jsonb_build_array(
            NEW.file, NEW.run, NEW.program, NEW.destination, NEW.as_of, NEW.previous_on, NEW.created_on, NEW.name, NEW.sha256, NEW.bytes,
            NEW.records, NEW.excluded, NEW.header, NEW.calendar, NEW.made_by) AS text), 'UTF8'))
    ) x;
    RETURN NULL;
END $$;
-- +goose StatementEnd
