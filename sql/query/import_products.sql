-- Merges products. Index: product_product_id_key.
-- Gives the rows inserted and updated.
WITH updated AS (
    UPDATE product t SET
        name = s.name, portfolio_type = s.portfolio_type, account_type = s.account_type,
        terms_frequency = s.terms_frequency, interest_type = s.interest_type, delinquent_after = s.delinquent_after,
        charge_off_after = s.charge_off_after, grace_days = s.grace_days, closes_on_payoff = s.closes_on_payoff,
        payoff_hold_days = s.payoff_hold_days, trailing_reports = s.trailing_reports
    FROM staged_products s
    WHERE t.product_id = s.product_id
      AND (t.name, t.portfolio_type, t.account_type, t.terms_frequency, t.interest_type, t.delinquent_after,
          t.charge_off_after, t.grace_days, t.closes_on_payoff, t.payoff_hold_days, t.trailing_reports)
          IS DISTINCT FROM
          (s.name, s.portfolio_type, s.account_type, s.terms_frequency, s.interest_type, s.delinquent_after,
          s.charge_off_after, s.grace_days, s.closes_on_payoff, s.payoff_hold_days, s.trailing_reports)
    RETURNING t.product
), woken AS ( -- what its loans are decided by has changed, and nothing that a packed ledger holds
    UPDATE loan_wake w SET wake_on = DATE '0001-01-02'
    WHERE w.wake_on > DATE '0001-01-02' AND EXISTS (SELECT FROM updated)
      AND w.loan IN (SELECT l.loan FROM loan l JOIN updated u ON u.product = l.product)
), inserted AS (
    INSERT INTO product (
        product_id, name, portfolio_type, account_type, terms_frequency, interest_type, delinquent_after,
        charge_off_after, grace_days, closes_on_payoff, payoff_hold_days, trailing_reports)
    SELECT
        s.product_id, s.name, s.portfolio_type, s.account_type, s.terms_frequency, s.interest_type,
        s.delinquent_after, s.charge_off_after, s.grace_days, s.closes_on_payoff, s.payoff_hold_days,
        s.trailing_reports
    FROM staged_products s
    WHERE NOT EXISTS (SELECT FROM product t WHERE t.product_id = s.product_id)
    ORDER BY s.product_id COLLATE "C"
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
