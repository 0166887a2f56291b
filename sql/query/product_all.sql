-- Every product.
SELECT product, portfolio_type, account_type, coalesce(terms_frequency, '') AS terms_frequency,
       coalesce(interest_type, '') AS interest_type, coalesce(delinquent_after, 0) AS delinquent_after,
       coalesce(charge_off_after, 0) AS charge_off_after, grace_days, closes_on_payoff, payoff_hold_days, trailing_reports
FROM product
