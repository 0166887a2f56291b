-- A corrected field cannot be told otherwise (BR9): the database refuses it, whoever writes.

-- +goose Up
-- What is written of a locked field is the corrected value, unless the lock ends there with this file and names the newer fact, or the
-- account is deleted. Of a payment history the months of the correction are held; newer ones come before them. Rows that were decided
-- without the correction are to be decided again: that is why the error is one after which a transaction is repeated.
-- Lock: none. Index: correction_lock, correction_at_pkey.
-- +goose StatementBegin
CREATE FUNCTION hold_corrections() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken record;
    first bigint;
    last bigint;
BEGIN
    -- The loans of a chunk are neighbours: few chunks have a lock, and these read theirs alone.
    SELECT min(loan), max(loan) INTO first, last FROM written;
    IF NOT EXISTS (SELECT FROM correction c WHERE c.state = 'LIVE' AND c.loan BETWEEN first AND last) THEN
        RETURN NULL;
    END IF;
    SELECT c.correction, c.field, t.file INTO broken
    FROM written t
    JOIN correction c ON c.loan = t.loan AND c.state = 'LIVE' AND c.loan BETWEEN first AND last
    LEFT JOIN bureau_file f ON f.file = t.file
    CROSS JOIN LATERAL (SELECT CAST(extract(year FROM age(date_trunc('month', t.date_account_info), date_trunc('month', c.decided_on))) * 12
        + extract(month FROM age(date_trunc('month', t.date_account_info), date_trunc('month', c.decided_on))) AS integer) AS later) m
    WHERE t.account_status NOT IN ('DA', 'DF')
      AND CASE c.field
          WHEN 'scheduled_payment' THEN CAST(t.scheduled_payment AS text) <> c.value
          WHEN 'account_status' THEN t.account_status <> c.value
          WHEN 'payment_rating' THEN t.payment_rating <> c.value
          WHEN 'special_comment' THEN t.special_comment <> c.value
          WHEN 'current_balance' THEN CAST(t.current_balance AS text) <> c.value
          WHEN 'amount_past_due' THEN CAST(t.amount_past_due AS text) <> c.value
          WHEN 'original_chargeoff' THEN CAST(t.original_charge_off AS text) <> c.value
          WHEN 'date_first_delinquency' THEN coalesce(to_char(t.date_first_delinquency, 'YYYY-MM-DD'), '') <> c.value
          WHEN 'date_closed' THEN coalesce(to_char(t.date_closed, 'YYYY-MM-DD'), '') <> c.value
          WHEN 'date_last_payment' THEN coalesce(to_char(t.date_last_payment, 'YYYY-MM-DD'), '') <> c.value
          WHEN 'payment_history' THEN m.later < 24 AND
              substr(t.payment_history, 1 + greatest(m.later, 0)) <> substr(c.value, 1, 24 - greatest(m.later, 0))
          ELSE FALSE END
      AND NOT EXISTS (
          SELECT FROM correction_at a
          WHERE a.loan = c.loan AND a.correction = c.correction AND a.destination = f.destination AND a.ended_file IS NOT NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'file % would tell %s otherwise than correction %, which locks it', broken.file, broken.field, broken.correction
            USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER corrections_hold AFTER INSERT ON tradeline
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hold_corrections();
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER corrections_hold_changed AFTER UPDATE ON tradeline
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hold_corrections();
-- +goose StatementEnd

-- A lock is what it was recorded as. It ends with a file that is being made and names a fact, or by two people; it lasts again when that
-- file does not count. A person's name in a reason or evidence can be erased (CD1).
-- +goose StatementBegin
CREATE FUNCTION keep_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.loan, NEW.correction, NEW.field, NEW.value, NEW.decided, NEW.decided_on, CAST(NEW.known AS text), NEW.source, NEW.file,
            NEW.recorded_by, NEW.approver, NEW.recorded_at)
           IS NOT DISTINCT FROM
           (OLD.loan, OLD.correction, OLD.field, OLD.value, OLD.decided, OLD.decided_on, CAST(OLD.known AS text), OLD.source, OLD.file,
            OLD.recorded_by, OLD.approver, OLD.recorded_at)
       AND (NEW.state = OLD.state AND NEW.ended_file IS NOT DISTINCT FROM OLD.ended_file AND NEW.ended_fact IS NOT DISTINCT FROM OLD.ended_fact
            OR OLD.state = 'LIVE' AND NEW.state = 'RELEASED'
            OR OLD.state = 'ENDED' AND NEW.state = 'LIVE'
            OR OLD.state = 'LIVE' AND NEW.state = 'ENDED' AND NEW.ended_fact <> ''
               AND EXISTS (SELECT FROM bureau_file f WHERE f.file = NEW.ended_file AND f.state = 'BUILDING'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'correction % is kept as it was recorded, and ends only by a newer fact or by two people', OLD.correction
        USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER correction_is_kept BEFORE UPDATE OR DELETE ON correction FOR EACH ROW EXECUTE FUNCTION keep_correction();
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER correction_at_is_kept BEFORE DELETE ON correction_at FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- +goose StatementEnd
-- +goose Down
DROP TRIGGER correction_at_is_kept ON correction_at;
DROP TRIGGER correction_is_kept ON correction;
DROP FUNCTION keep_correction();
DROP TRIGGER corrections_hold_changed ON tradeline;
DROP TRIGGER corrections_hold ON tradeline;
DROP FUNCTION hold_corrections();
