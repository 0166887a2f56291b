package main

import "errors"

// What a person reads of a bench.
const (
	labelBench = "bench"

	shortBench = "measure nights on an invented book, in a database of its own"
	longBench  = `Makes a book of invented loans in a private database of its own, imports it and runs its nights as a lender would:
the take-over, a quiet date, a month-end with the files of all loans, and both again with a fresh cache. Beside each it
measures the floor: what the server alone needs for all that the export reads. Without --dir a temporary folder is used
and removed. A book of 1,000,000 loans takes some 20 GB there, with --keep twice that.`
	shortBenchCheck = "compare a small bench with a baseline"
	longBenchCheck  = `Measures the ratios of nights to the COPY floor on a small book, several times, takes their medians, and the ratio of
encoding to copying a record from the output of go test -bench, and holds them against the baseline. Exit status 1 if one
is more than 25 % above it. make bench-check does it all.`

	flagBenchLoans    = "loans of the book; default 1000000"
	flagBenchDir      = "folder of the bench, new, empty or of an earlier one; default a temporary one"
	flagKeep          = "leave a copy of the book as it is after the take-over, for --reuse"
	flagReuse         = "begin with the copy that --keep left"
	flagWarm          = "leave out the nights with a fresh cache"
	flagKill          = "also kill a month-end night in the middle of its export, and resume it"
	flagRepeat        = "how many times to measure"
	flagBaseline      = "file of the baseline"
	flagBenchmarks    = "output of go test -bench with several rounds of BenchmarkEncodeBase and BenchmarkCopyBase"
	flagWriteBaseline = "write the baseline instead of comparing with it"

	textBenchBegun = "%7.1f s  %s"
	textBenchBook  = "book     %d loans, seed %d: %d rows, of which %d cycles and %d transactions\n"
	textBenchOn    = "machine  %s, %d processors, %d MiB; PostgreSQL %s\n"
	textBenchMade  = "load     %s s to generate, %s s to import: %.0f transactions/s, program %s MiB, server %s MiB, WAL %s MiB; vacuum %s s%s\n"
	textReused     = " (measured when the copy was made)"
	textNotKept    = "no copy of the book was kept: %s\n"
	textNight      = "%s, night of %s"
	textNightNews  = ": news of %d loans (%.1f %%), imported in %s s"
	textNightCache = "; %s"
	textResume     = "resume after kill: first new chunk after %s s (killed with %d of %d chunks of the export done, refused %d times), done after %s s\n"
	textFloor      = "floor of %s: COPY (the export's statements) TO '/dev/null' within the server, %d readers: %s s; sequential scan: %s s"
	textMemory     = `
program MiB: largest resident set of the night's process. server MiB: largest sum of the proportional set sizes of the server's
processes, seen twice a second. WAL and growth of a step: its share, from samples of ten a second. A dash: not measured.
`
	titleRatios   = "ratios"
	titleVerdicts = "medians of %d times, book of %d loans"

	verdictGood      = "good"
	verdictRegressed = "TOO MUCH"

	hintBenchDir  = "furnisher bench --dir FOLDER, with a new or empty folder, or with --reuse one that --keep was given"
	hintRegressed = "find what made it slower; if it is meant, make bench-check WRITE=1 and commit the baseline with the reason"
)

var (
	headNight    = []string{"step", ">seconds", ">loans/s", ">candidates", ">changed", ">program MiB", ">server MiB", ">WAL MiB", ">growth MiB"}
	headFloor    = []string{"part", ">seconds"}
	headRatios   = []string{"ratio", ">value"}
	headVerdicts = []string{"ratio", ">baseline", ">measured", ">difference", "verdict"}

	errNoBenchDir = errors.New("a book is kept in a folder that is named: --dir is missing")
	errNoBaseline = errors.New("--baseline, --benchmarks or a positive --repeat is missing")
	errRegressed  = errors.New("a ratio is more than 25 % above the baseline")
)
