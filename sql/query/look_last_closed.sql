-- The last business date that was closed; null: none. Index: none needed, few rows.
SELECT max(business_date) FROM run WHERE state = 'CLOSED'
