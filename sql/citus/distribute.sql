-- Distributes a migrated book over the nodes of a Citus cluster (13, PostgreSQL 15 to 17) by loan. Optional:
-- the program does not need it, and does not run it. As the owner of the schema, once, on the coordinator:
--
--     CREATE EXTENSION citus;                                      -- on every node, in this database
--     SELECT citus_set_coordinator_host('coordinator', 5432);      -- local tables refer to reference tables
--     SELECT citus_add_node('worker-1', 5432);                     -- and so on
--     psql -v ON_ERROR_STOP=1 -f sql/citus/distribute.sql
--
-- What the test of this file (sql/citus_test.go) holds, so that this road stays open: every table stands here
-- once; what is distributed has the loan in every unique key and no default that differs from node to node;
-- no foreign key leaves a shard but to a reference table; a statement joins distributed tables by loan, locks
-- no row of theirs, and changes them without volatile functions. What it found wanting stands at the end.

SET search_path = furnisher;

-- statement and status_history refuse changes by a trigger, which Citus calls unsafe because it could write
-- elsewhere. This one only raises.
SET citus.enable_unsafe_triggers = on;

-- Reference tables, whole on every node: small, or joined with loans by something that is not the loan.

SELECT create_reference_table('product');
SELECT create_reference_table('program');
SELECT create_reference_table('reason_rule');
SELECT create_reference_table('destination');

-- The one place where a loan's text id is unique, which a distributed table cannot be. Written by the import
-- alone, two columns; the import joins it with everything.
SELECT create_reference_table('loan_key');

-- A customer has several loans and no loan key: distributed, every file would send it over the network for
-- each loan. The price is that each node holds all customers (some 300 bytes each), personal values included.
SELECT create_reference_table('customer');
SELECT create_reference_table('customer_removal');
SELECT create_reference_table('case_file');
SELECT create_reference_table('case_party');

-- A few rows a night, joined with what is distributed.
SELECT create_reference_table('run');
SELECT create_reference_table('bureau_file');

-- By loan: a loan and all that is known of it are on one node.

SELECT create_distributed_table('loan', 'loan');
SELECT create_distributed_table('loan_state', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('loan_position', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('loan_wake', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('news_entry', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('news_cycle', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('status_history', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('loan_customer', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('cycle', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('loan_transaction', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('termination', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('schedule', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('scheduled_item', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('pause', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('run_exception', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('statement', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('outbox', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('reported', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('excluded', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('deletion', 'loan', colocate_with => 'loan');
SELECT create_distributed_table('file_page', 'loan', colocate_with => 'loan');

-- On the coordinator only: the fences of the chunks are row locks, which have one place; the rest is the
-- program's own bookkeeping.
--
-- local: run_step run_chunk bureau_file_event import import_file import_reject goose_db_version

-- What is not ready for it. The night's own reads and writes of a chunk are, but for account_read. Citus refuses
-- a change of a distributed table within a query (WITH x AS (UPDATE ...)), so the import, which merges that way,
-- has to become statements one after another before a book can be taken in here; a change that does not go by
-- loan is allowed and asks every node, which once a file is cheap.
--
-- open: account_read: joins go by the loan: asks whether another loan has the same account number
-- open: import_cycles_known: no change within a query: counts what it updates
-- open: import_cycles_wake: no change within a query: wakes a loan and keeps its news at once
-- open: import_loan_customers: no change within a query: updates and inserts at once
-- open: import_loans_known: no change within a query: description, state and history at once
-- open: import_loans_new: no change within a query: description, state and history at once
-- open: import_pauses: no change within a query: updates and inserts at once
-- open: import_products: no change within a query: wakes the product's loans while it changes
-- open: import_scheduled_items: no change within a query: updates and inserts at once
-- open: import_schedules: no change within a query: updates and inserts at once
-- open: import_terminations: no change within a query: updates and inserts at once
-- open: import_transactions_known: no change within a query: settles and rejects at once
-- open: import_transactions_wake: no change within a query: wakes a loan and keeps its news at once
-- open: file_undo: no change within a query: takes back four tables at once
-- open: file_undo: changes go by the loan: a file's rows, when a file is made again
-- open: step_redo: no change within a query: puts chunks and exceptions back at once
-- open: step_redo: changes go by the loan: a step's rows, when a file is made again
-- open: deletion_give_back: changes go by the loan: a file's deletions, when a file is voided
-- open: page_forget: changes go by the loan: a file's lines, when it is on disk
