-- What the ledger says a file holds, and the loans of its program in its run's book. $1 file. Index: reported_by_file, excluded_by_file.
SELECT (SELECT count(*) FROM reported WHERE file = f.file) AS reported,
       (SELECT count(*) FROM excluded WHERE file = f.file) AS excluded,
       (SELECT count(*) FROM loan l WHERE l.program = f.program AND l.loan <= r.last_loan) AS book
FROM bureau_file f JOIN run r ON r.run = f.run WHERE f.file = $1
