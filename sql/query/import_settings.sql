-- How the import's transaction works: much memory for few large statements, one commit that is on disk.
SELECT set_config('work_mem', '256MB', TRUE), set_config('hash_mem_multiplier', '2', TRUE),
       set_config('synchronous_commit', 'on', TRUE), set_config('jit', 'off', TRUE), set_config('timezone', 'UTC', TRUE)
