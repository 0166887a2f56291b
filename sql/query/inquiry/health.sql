-- name: InquiryServer
-- How the server is set and what this role may do.
SELECT current_setting('server_version') AS version, current_setting('fsync') = 'on' AS fsync,
       current_setting('full_page_writes') = 'on' AS full_page_writes, clock_timestamp() AS now,
       coalesce((SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user), FALSE) AS may_copy,
       pg_database_size(current_database()) AS bytes,
       (SELECT count(*) FROM pg_class c
        WHERE c.relnamespace = CAST('furnisher' AS regnamespace) AND c.relkind = 'r'
          AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                   AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS barred

-- name: InquiryLargestFile
-- The size of the largest of the newest files. Index: bureau_file_pkey.
SELECT coalesce(max(f.bytes), 0) FROM (SELECT bytes FROM bureau_file ORDER BY file DESC LIMIT 12) f
