-- name: ImportProgramsDestination
-- Gives each program its destination, as long as none is listed: one file to all bureaus that its header names. Counts as nothing.
WITH inserted AS (
    INSERT INTO destination (program, name)
    SELECT p.program, 'bureaus'
    FROM staged_programs s JOIN program p ON p.program_id = s.program_id
    WHERE NOT EXISTS (SELECT FROM destination d WHERE d.program = p.program)
    ORDER BY p.program
)
SELECT 0 AS inserted, 0 AS updated

-- name: ImportDestinationsOther
-- Rejects destinations of programs whose files went to one that is not listed: those would stop without a word.
-- $1 import, $2 room for rejects. Few rows.
WITH stops AS (
    SELECT s.ctid AS place, d.name
    FROM staged_destinations s
    JOIN program p ON p.program_id = s.program_id
    JOIN destination d ON d.program = p.program AND NOT d.listed
    WHERE EXISTS (SELECT FROM bureau_file f WHERE f.destination = d.destination)
      AND NOT EXISTS (SELECT FROM staged_destinations o WHERE o.program_id = s.program_id AND o.destination = d.name)
), gone AS (
    DELETE FROM staged_destinations s USING stops x WHERE s.ctid = x.place
    RETURNING s.line, x.name
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'destinations.csv', line, 'destination', 'text',
           'files of the program go to destination ' || name || ' and would stop: list it, too, with ends_on if they shall'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportDestinationsBureau
-- Rejects destinations that go to a bureau to which another one of the program goes, in the book or earlier in the file: it would be
-- told of each account twice, and of each deletion. One that is to end may overlap with its successor.
-- $1 import, $2 room for rejects. Few rows.
WITH named AS (
    SELECT s.ctid AS place, s.line, p.program, s.destination, s.innovis_id, s.equifax_id, s.experian_id, s.transunion_id, s.ends_on
    FROM staged_destinations s JOIN program p ON p.program_id = s.program_id
), going AS (
    SELECT * FROM named
    UNION ALL
    SELECT NULL, 0, d.program, d.name, d.innovis_id, d.equifax_id, d.experian_id, d.transunion_id, d.ends_on
    FROM destination d
    WHERE d.listed AND NOT EXISTS (SELECT FROM named n WHERE n.program = d.program AND n.destination = d.name)
), placed AS (
    SELECT g.place, b.id, row_number() OVER (PARTITION BY g.program, b.id ORDER BY g.line, g.destination) AS nth
    FROM going g
    CROSS JOIN LATERAL (VALUES ('innovis_id', g.innovis_id), ('equifax_id', g.equifax_id), ('experian_id', g.experian_id),
                               ('transunion_id', g.transunion_id)) AS b (id, given)
    WHERE b.given IS NOT NULL AND g.ends_on IS NULL
), twice AS (
    SELECT place, min(id) AS id FROM placed WHERE nth > 1 AND place IS NOT NULL GROUP BY place
), gone AS (
    DELETE FROM staged_destinations s USING twice t WHERE s.ctid = t.place
    RETURNING s.line, t.id
), kept AS (
    INSERT INTO import_reject (import, file, line, column_name, value_class, reason)
    SELECT $1, 'destinations.csv', line, id, 'text', 'another destination of the program goes to this bureau: a bureau belongs to one'
    FROM gone ORDER BY line LIMIT $2
)
SELECT count(*) FROM gone

-- name: ImportDestinations
-- Merges the destinations of programs. The one that a program had by itself becomes that of its name, and is new as a row.
-- Index: destination_program_name_key. Gives the rows inserted and updated.
WITH named AS (
    SELECT p.program, s.* FROM staged_destinations s JOIN program p ON p.program_id = s.program_id
), unlisted AS (
    SELECT FROM named s JOIN destination t ON t.program = s.program AND t.name = s.destination AND NOT t.listed
), updated AS (
    UPDATE destination t SET
        listed = TRUE, innovis_id = s.innovis_id, equifax_id = s.equifax_id, experian_id = s.experian_id,
        transunion_id = s.transunion_id, ends_on = s.ends_on
    FROM named s
    WHERE t.program = s.program AND t.name = s.destination
      AND (t.listed, t.innovis_id, t.equifax_id, t.experian_id, t.transunion_id, t.ends_on)
          IS DISTINCT FROM
          (TRUE, s.innovis_id, s.equifax_id, s.experian_id, s.transunion_id, s.ends_on)
    RETURNING 1
), inserted AS (
    INSERT INTO destination (program, name, listed, innovis_id, equifax_id, experian_id, transunion_id, ends_on)
    SELECT s.program, s.destination, TRUE, s.innovis_id, s.equifax_id, s.experian_id, s.transunion_id, s.ends_on
    FROM named s
    WHERE NOT EXISTS (SELECT FROM destination t WHERE t.program = s.program AND t.name = s.destination)
    ORDER BY s.program, s.line
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) + n.rows AS inserted, (SELECT count(*) FROM updated) - n.rows AS updated
FROM (SELECT count(*) AS rows FROM unlisted) n

-- name: ImportProducts
-- Merges products. Index: product_product_id_key.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE product t SET
        name = s.name, portfolio_type = s.portfolio_type, account_type = s.account_type,
        terms_frequency = s.terms_frequency, interest_type = s.interest_type, delinquent_after = s.delinquent_after,
        charge_off_after = s.charge_off_after, grace_days = s.grace_days, closes_on_payoff = s.closes_on_payoff,
        payoff_hold_days = s.payoff_hold_days, trailing_reports = s.trailing_reports,
        delinquency_method = s.delinquency_method, payments_ahead = s.payments_ahead, days_counted = s.days_counted
    FROM staged_products s
    WHERE t.product_id = s.product_id
      AND (t.name, t.portfolio_type, t.account_type, t.terms_frequency, t.interest_type, t.delinquent_after,
          t.charge_off_after, t.grace_days, t.closes_on_payoff, t.payoff_hold_days, t.trailing_reports, t.delinquency_method,
          t.payments_ahead, t.days_counted)
          IS DISTINCT FROM
          (s.name, s.portfolio_type, s.account_type, s.terms_frequency, s.interest_type, s.delinquent_after,
          s.charge_off_after, s.grace_days, s.closes_on_payoff, s.payoff_hold_days, s.trailing_reports, s.delinquency_method,
          s.payments_ahead, s.days_counted)
    RETURNING t.product
), woken AS ( -- what its loans are decided by has changed, and nothing that a packed row holds
    SELECT wake(array_agg(l.loan), 'product') FROM loan l
    WHERE EXISTS (SELECT FROM updated) AND l.product IN (SELECT product FROM updated)
), inserted AS (
    INSERT INTO product (
        product_id, name, portfolio_type, account_type, terms_frequency, interest_type, delinquent_after,
        charge_off_after, grace_days, closes_on_payoff, payoff_hold_days, trailing_reports, delinquency_method,
        payments_ahead, days_counted)
    SELECT
        s.product_id, s.name, s.portfolio_type, s.account_type, s.terms_frequency, s.interest_type,
        s.delinquent_after, s.charge_off_after, s.grace_days, s.closes_on_payoff, s.payoff_hold_days,
        s.trailing_reports, s.delinquency_method, s.payments_ahead, s.days_counted
    FROM staged_products s
    WHERE NOT EXISTS (SELECT FROM product t WHERE t.product_id = s.product_id)
    ORDER BY s.product_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportPrograms
-- Merges programs. Wakes the terminated loans of those whose aliases changed: the pass goes by reasons (Q71). The other
-- settings are for files alone, which read them anew. Index: program_program_id_key.
-- Gives the rows inserted and updated.
WITH aliased AS (
    SELECT t.program FROM program t JOIN staged_programs s ON s.program_id = t.program_id
    WHERE t.reason_aliases <> s.reason_aliases
), woken AS (
    SELECT wake(array_agg(l.loan), 'program') FROM termination x JOIN loan l ON l.loan = x.loan
    WHERE EXISTS (SELECT FROM aliased) AND l.program IN (SELECT program FROM aliased)
), updated AS (
    UPDATE program t SET
        identification_number = s.identification_number, reporter_name = s.reporter_name,
        reporter_address = s.reporter_address, reporter_phone = s.reporter_phone, innovis_id = s.innovis_id,
        equifax_id = s.equifax_id, experian_id = s.experian_id, transunion_id = s.transunion_id,
        calendar = s.calendar, activity_cycle_ids = s.activity_cycle_ids, dofd_rule = s.dofd_rule,
        charge_off_past_due = s.charge_off_past_due, accommodations = s.accommodations,
        reason_aliases = s.reason_aliases, retention_months = s.retention_months, dispute_address = s.dispute_address
    FROM staged_programs s
    WHERE t.program_id = s.program_id
      AND (t.identification_number, t.reporter_name, t.reporter_address, t.reporter_phone, t.innovis_id, t.equifax_id,
          t.experian_id, t.transunion_id, t.calendar, t.activity_cycle_ids, t.dofd_rule, t.charge_off_past_due,
          t.accommodations, t.reason_aliases, t.retention_months, t.dispute_address)
          IS DISTINCT FROM
          (s.identification_number, s.reporter_name, s.reporter_address, s.reporter_phone, s.innovis_id, s.equifax_id,
          s.experian_id, s.transunion_id, s.calendar, s.activity_cycle_ids, s.dofd_rule, s.charge_off_past_due,
          s.accommodations, s.reason_aliases, s.retention_months, s.dispute_address)
    RETURNING 1
), inserted AS (
    INSERT INTO program (
        program_id, identification_number, reporter_name, reporter_address, reporter_phone, innovis_id, equifax_id,
        experian_id, transunion_id, calendar, activity_cycle_ids, dofd_rule, charge_off_past_due, accommodations,
        reason_aliases, retention_months, dispute_address)
    SELECT
        s.program_id, s.identification_number, s.reporter_name, s.reporter_address, s.reporter_phone, s.innovis_id,
        s.equifax_id, s.experian_id, s.transunion_id, s.calendar, s.activity_cycle_ids, s.dofd_rule,
        s.charge_off_past_due, s.accommodations, s.reason_aliases, s.retention_months, s.dispute_address
    FROM staged_programs s
    WHERE NOT EXISTS (SELECT FROM program t WHERE t.program_id = s.program_id)
    ORDER BY s.program_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
FROM (SELECT count(*) FROM woken) w

-- name: ImportCalendars
-- The programs whose calendar the staged rows change, as they are, and the dates that were closed first and last; none before the first
-- night. Few rows.
SELECT p.program, p.program_id, p.calendar, r.first, r.closed
FROM program p
JOIN staged_programs s ON s.program_id = p.program_id AND s.calendar <> p.calendar
CROSS JOIN (SELECT min(business_date) AS first, max(business_date) AS closed FROM run WHERE state = 'CLOSED') r
WHERE r.closed IS NOT NULL
ORDER BY p.program

-- name: ImportWaiting
-- Notes a file that waits. $1 program, $2 as of, $3 calendar, $4 the date closed last.
INSERT INTO file_waiting (program, as_of, calendar, noted_on) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: ImportReasonRules
-- Merges the pairs that require a payoff reason (DC4). Index: reason_rule_pkey.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE reason_rule t SET
        require_payoff_reason = s.require_payoff_reason
    FROM staged_reason_rules s
    WHERE t.activity_status = s.activity_status AND t.activity_substatus = s.activity_substatus
      AND (t.require_payoff_reason)
          IS DISTINCT FROM
          (s.require_payoff_reason)
    RETURNING 1
), inserted AS (
    INSERT INTO reason_rule (
        activity_status, activity_substatus, require_payoff_reason)
    SELECT
        s.activity_status, s.activity_substatus, s.require_payoff_reason
    FROM staged_reason_rules s
    WHERE NOT EXISTS (SELECT FROM reason_rule t WHERE t.activity_status = s.activity_status AND t.activity_substatus = s.activity_substatus)
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
