-- name: RemovalPending
-- The requests to remove customers that were not carried out. $1 customer to begin after, $2 rows.
-- Index: customer_removal_pending, customer_pkey.
SELECT r.customer, c.customer_id, coalesce(r.approver, '') AS approver, coalesce(r.erasure_reason, '') AS erasure_reason
FROM customer_removal r JOIN customer c ON c.customer = r.customer
WHERE r.state = 'PENDING' AND r.customer > $1
ORDER BY r.customer LIMIT $2

-- name: RemovalDone
-- A customer is removed: the request, if there is one, is carried out, and the customer is on no list of those who may be.
-- $1 customer. Index: customer_removal_pkey, customer_eligible_pkey.
WITH unlisted AS (
    DELETE FROM customer_eligible WHERE customer = $1
)
UPDATE customer_removal SET state = 'REMOVED', refused_why = NULL WHERE customer = $1

-- name: RemovalRefused
-- A request is refused until it is sent again. $1 customer, $2 why. Index: customer_removal_pkey.
UPDATE customer_removal SET state = 'REFUSED', refused_why = $2 WHERE customer = $1 AND state = 'PENDING'

-- name: EligibleListed
-- Which night listed customers as such that may be deleted. $1 customers. Index: customer_eligible_pkey.
SELECT customer, business_date FROM customer_eligible WHERE customer = ANY($1)
