-- Merges requests to remove customers (CD2). Index: customer_removal_pkey.
-- Gives the rows inserted and updated.
WITH sent AS (
    SELECT c.customer, s.approver, s.erasure_reason
    FROM staged_customer_removals s JOIN customer c ON c.customer_id = s.customer_id
), updated AS (
    UPDATE customer_removal t SET
        approver = s.approver, erasure_reason = s.erasure_reason
    FROM sent s
    WHERE t.customer = s.customer
      AND (t.approver, t.erasure_reason)
          IS DISTINCT FROM
          (s.approver, s.erasure_reason)
    RETURNING 1
), inserted AS (
    INSERT INTO customer_removal (
        customer, approver, erasure_reason)
    SELECT
        s.customer, s.approver, s.erasure_reason
    FROM sent s
    WHERE NOT EXISTS (SELECT FROM customer_removal t WHERE t.customer = s.customer)
    ORDER BY s.customer
    RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM updated) AS updated
