-- How a chunk's statements are planned, until its transaction ends: by index, for they read ranges of the loan key, and
-- a small table that is read whole for every loan is not small; and without compiling, which takes longer than they do.
SELECT set_config('random_page_cost', '1.1', TRUE), set_config('enable_seqscan', 'off', TRUE), set_config('jit', 'off', TRUE)
