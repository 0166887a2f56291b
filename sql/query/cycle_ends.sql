-- Whether a billing cycle of the program's loans ends on a date. $1 program, $2 date. Index: loan_by_account, cycle_pkey.
SELECT EXISTS (SELECT FROM cycle c JOIN loan l ON l.loan = c.loan WHERE l.program = $1 AND c.ends_on = $2)
