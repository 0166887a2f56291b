package main

import (
	"errors"
	"fmt"

	"github.com/furnisher/furnisher/batch/inquiry"
)

// Every line that a person reads stands in this file and in headings.go.

// Labels of the lines on standard error.
const (
	labelError = "error"
	labelHint  = "hint"
	labelNote  = "note"
)

// What each command is for.
const (
	shortRoot = "nightly batch for lenders: takes loans through a night and furnishes Metro 2 files"
	longRoot  = `Furnisher takes a book of loans through a business date (delinquency, closure, final statements, schedules)
and furnishes Metro 2 files to the credit bureaus. Without --database-url it starts a private PostgreSQL.

  furnisher import extract/              take in a servicing extract
  furnisher run --date 2026-09-30        run the night
  furnisher files                        what was made for the bureaus
  furnisher loan L-000123                what was decided of a loan, and why

Exit statuses: 0 done, 1 failed, 2 usage or configuration, 3 done with exceptions or quarantined rows, 4 that
date is already closed, 5 another run holds the book, 6 validation failed, or a file on disk is not the one
that was made: no file moved on, 10 database unreachable, 130 interrupted.`
	shortVersion       = "print the version"
	shortMigrate       = "bring the schema of the database up to this program"
	shortMigrateUp     = "apply the migrations that the database lacks"
	shortMigrateStatus = "list the migrations and when each was applied"
	shortImport        = "take in a servicing extract, wholly or not at all"
	longImport         = `Takes the CSV files of DIR into the book in one transaction. Bad rows are quarantined and listed; a file with a
wrong header or too many bad rows is refused, and with it the whole import. Taken in again it changes nothing.`
	shortRun = "run the night of a business date"
	longRun  = `Takes the book through the night of a business date and writes the files that are due. A night that was stopped
is gone on with by the same command; a date that is closed is not run again (exit status 4).

With --workers river the workers of all machines (furnisher worker) take part; it goes on without them. Where the same
command is run many times at once, as a Kubernetes Indexed Job does, --chunk-index I --chunk-count N is enough: index 0
leads the night and tells how it ended, the others wait for it, take their share of the chunks and what a lost one left.`
	shortWorker = "work on the nights of other processes"
	longWorker  = `Stays in the foreground and takes chunks of the nights that are run with --workers river on the same database, from
any machine that reaches it. Any number of workers may come and go: the chunks of one that is killed or lost are done
by others. Worker and night have to be of the same version of the program. Stopped by a signal it finishes the chunks
that it has begun and exits 0.`
	shortRuns     = "list the runs"
	shortRunsShow = "show a run: steps, files, exceptions"
	shortFiles    = "list the bureaus' files and their states"
	longFiles     = `Lists the files made for the bureaus, newest first. A file is GENERATED, RELEASED, TRANSMITTED and ACCEPTED, or VOIDED
before it was sent, or REJECTED as a whole after it was sent. FILE is the number of a file, its name or its path.

release, transmit and accept compare the file on disk with the one that was made, by size and SHA-256; if they differ
the state does not change (exit status 6). void and reject move the file into the folder voided or rejected beside it.
What a voided or rejected file deleted goes into the next one.`
	shortRelease  = "release a generated file to be sent"
	shortTransmit = "note that a released file was sent"
	shortAccept   = "note that the bureaus accepted a file"
	shortVoid     = "take back a file that was not sent"
	shortReject   = "note that the bureaus rejected a file whole"
	shortLoan     = "tell all of one loan: history, statements, reports, and why"
	longLoan      = "Tells what was decided of a loan, by which rule and on which facts, and what each file said of it."
	shortMetro2   = "read Metro 2 files"
	shortDump     = "show the records of a Metro 2 file"
	longDump      = `Shows each record of FILE in a line; "-" is the standard input, and gzip is unpacked. With --json every field is shown
as it stands, also those that identify a person; without it none of those. A record with problems also shows these and its
bytes there, so that furnisher metro2 convert can restore it. Of bytes that are no record only the pattern is shown, X for
letters and 9 for digits; --unmask shows them.`
	shortValidate = "check Metro 2 files"
	longValidate  = `Prints each finding, then a summary. "-" is the standard input, and gzip is unpacked. Exit status 6 if there are
errors, or with --fail-on warning also if there are warnings.

Several files are taken for the months of one furnisher and compared in the order of the dates in their headers, or in
the order given if one is the standard input or has no such date.

--rules takes ids (B12) and families (B, or E for the checks of an examiner) with commas between, and leaves out what
has a minus before it: --rules B,X01 checks only these, --rules -E all but the examiner's, which furnisher metro2 rules lists.
A finding that says "also" has the id of another rule beside its own: both report one defect.`
	shortExplain = "tell every field of a record of a Metro 2 file"
	longExplain  = `Shows each field of a record: number, name, position, bytes, value and meaning, then the findings on that record.
What identifies a person is masked, of account numbers all but the last four characters; --unmask shows it. Of --record
and --account exactly one is given; of an account all records are shown. "-" is the standard input, and gzip is unpacked.`
	shortDiff = "compare two Metro 2 files account by account"
	longDiff  = `Shows what was added, removed and changed from A to B, per account (identification and account number) and field, whatever
the order of the records and the form of the files. What identifies a person is masked; --unmask shows it. Exit status 0
whether or not the files differ; with --exit-code 1 if they do. "-" is the standard input, and gzip is unpacked.`
	shortConvert = "convert a Metro 2 file to character form, packed form or JSON lines"
	longConvert  = `Converts FILE, which may be in any of the three forms, without loss: converted back it has the same records byte for byte.
A record that cannot be carried over stops the work; --normalize writes it by its values where only their filling is
unusual, which also makes records of variable length from those of --fixed. JSON lines hold what identifies a person as
it stands. EBCDIC becomes ASCII. Without -o the standard output is written; a file is put in place once it is whole, and
compressed if its name ends in .gz. "-" is the standard input, and gzip is unpacked.`
	shortStats = "count what Metro 2 files hold"
	longStats  = `Counts the accounts of all files together by status, portfolio, segment, amount and days past due, with a bar for each.
"-" is the standard input, and gzip is unpacked.`
	shortRules = "list the rules that Metro 2 files are checked by"
	longRules  = `Lists the rules and, behind them, why each matters, the fields that decide and where it comes from. A finding shows the
one field named. A doubtful check contradicts the definitions of the fields: it hits correct records, and is applied only
if --rules of furnisher metro2 validate names its id.`
	shortLayout   = "list the fields of the Metro 2 records"
	longLayout    = `Lists the fields of all records and segments, or of the one of that name (header, base, j1 to n1, trailer) with its codes.`
	shortGenerate = "make a servicing extract of invented loans"
	shortDemo     = "import an invented portfolio and run three nights, in a database of its own"
	longDemo      = `Makes a portfolio of invented loans in a folder of its own with a private database of its own, runs its three nights
and shows that each deleted account stands in one file. Each demo begins anew; the book of a real use is not touched.`
	shortSchedule = "run a night whenever a cron expression says so"
	longSchedule  = `Stays in the foreground and runs a night at each time that --cron names by the clock of --timezone; the business
date is the local date at that moment. A night that fails is logged and the next one is run all the same. Choose an hour from 03:30 to 23:59:
where clocks are put forward, an hour between is not there once a year. Stopped by a signal it exits 0, or 130 if
it cut a night short; that night is gone on with by the next run of its date.`
)

// families tell what the rules of a family are about.
var families = map[string]string{
	"F": "form",
	"B": "base segment",
	"J": "associated consumers",
	"K": "creditor, sale, mortgage, special payment",
	"L": "change of numbers",
	"T": "trailer",
	"X": "across records and files",
	"H": "what an examiner would ask: no proof of a fault",
	"E": "checks by the ids of the examiner's tool: no proof of a fault",
}

// markDoubtful follows the severity of a check that contradicts the definitions of the fields.
const markDoubtful = ", doubtful"

// What each flag is for.
const (
	flagLogJSON     = "write the log as JSON"
	flagQuiet       = "print errors and what was asked for, no tables of what was done and no progress"
	flagVerbose     = "log the progress of the work"
	flagDatabaseURL = "the PostgreSQL to use; default DATABASE_URL, else a private one"
	flagDirectURL   = "the same PostgreSQL past a pooler, for locks and migrations; default DATABASE_URL_DIRECT"
	flagData        = "folder of the private database; default FURNISHER_DATA, else one of this machine or user"
	flagFiles       = "folder of the bureaus' files; default FURNISHER_FILES, else files in the data folder"
	flagJSON        = "print one JSON document"
	flagJSONLines   = "print one JSON object a line"
	flagDate        = "business date to run"
	flagWorkers     = "chunks worked on at once, or river: by workers on all machines"
	flagPatience    = "how long another process may keep a chunk before its session is ended"
	flagChunkIndex  = "number of this process among those that run the same night, from 0"
	flagChunkCount  = "how many processes run the same night"
	flagChunkSize   = "loans a chunk"
	flagSlots       = "chunks worked on at once"
	flagWhy         = "why the night is run, for the ledger"
	flagWhyFile     = "why, for the ledger"
	flagMaxBad      = "share of a file's rows that may be bad"
	flagLoans       = "loans to make"
	flagMonths      = "months of history of an older loan"
	flagSeed        = "another seed makes another book"
	flagOut         = "folder for the CSV files"
	flagFirstLoan   = "number of the first loan to write, from 1 on; default all"
	flagLastLoan    = "number of the last loan to write; default all"
	flagSince       = "write what came after this date only: the delta to the extract until then"
	flagUntil       = "leave out what came after this date"
	flagSparse      = "a ledger as of a large lender: interest every third cycle, most loans due early in the month"
	flagDemoDir     = "folder of the demo; default demo in the data folder"
	flagCron        = "cron expression: minute hour day month weekday"
	flagCSV         = "print comma-separated values"
	flagMarkdown    = "print Markdown"
	flagRules       = "check by these rules only, as B12,X or -E"
	flagFailOn      = "severity from which the exit status is 6: error or warning"
	flagRecord      = "number of the record, the header being 1"
	flagAccount     = "account number of the records"
	flagUnmask      = "show what identifies a person"
	flagUnmaskBytes = "show the bytes of what is no record"
	flagExitCode    = "exit with status 1 if the files differ"
	flagTo          = "form to convert to: character, packed or json"
	flagOutFile     = "file to write"
	flagLineEnd     = "line end of the character form: crlf, lf or none; default crlf, and none in blocks"
	flagBlocks      = "records that share a block descriptor word: none have one, each record has its own, or full blocks; default record in packed form, else none"
	flagFixed       = "write records of one fixed length, with room for these segments, as j1,j1,k2; base for none"
	flagNormalize   = "write records with unusual fillings by their values"
	flagForm        = "form that positions are of: character or packed"
	flagTimezone    = "time zone of the expression and of the business date, as America/New_York"
)

// Reasons for the ledger where a person gave none.
const (
	whyRun      = "by hand"
	whySchedule = "schedule"
	whyDemo     = "demo"
)

// Sentences of errors.
var (
	errNoSubcommand = errors.New("a command is missing")
	errNoDate       = errors.New("no business date: --date is missing")
	errNoWhy        = errors.New("no reason: --why is missing")
	errNoPatience   = errors.New("--patience must be more than nothing")
	errBadShare     = errors.New("--chunk-index must be from 0 to less than --chunk-count, and --workers a number beside them")
	errNoOut        = errors.New("no folder: --out is missing")
	errOneRecord    = errors.New("either --record or --account must be given")
	errOneFormat    = errors.New("only one of --json, --csv and --markdown can be asked for")
	errStdinTwice   = errors.New("the standard input can be read once")
	errNoSuchRecord = errors.New("the file has no such record")
	errDiffer       = errors.New("the files differ")
	errZoneInCron   = errors.New("the time zone goes into --timezone, not into --cron")
)

func errNotNumber(s string) error { return fmt.Errorf("%q is not the number of a run", s) }
func errNoRun(run int64) error    { return fmt.Errorf("there is no run %d", run) }
func errNoFile(file string) error { return fmt.Errorf("there is no file %q", file) }
func errNotOneOf(flag, value, allowed string) error {
	return fmt.Errorf("--%s %q is none of %s", flag, value, allowed)
}
func errNoRule(name string) error   { return fmt.Errorf("there is no rule or family %q", name) }
func errNoLayout(name string) error { return fmt.Errorf("there is no layout %q", name) }
func errNotMetro2(name string) error {
	return fmt.Errorf("%q holds no record of a Metro 2 file", name)
}

// Sentences with values.
const (
	textWorkers     = "%d workers: must be 1 to %d"
	textSlots       = "%d slots: must be 1 to %d"
	textExceptions  = "the night is closed; exceptions: %d, loans that could not be decided and are tried again next night"
	textQuarantined = "bad rows quarantined: %d; all others are in the book"
	textInterrupted = "interrupted: %s"
	textInvalid     = "errors found: %d"
	textBadZone     = "there is no time zone %q"
	textBadCron     = "cron expression %q: %w"
	textNeverFires  = "cron expression %q never fires"
	textNotDemo     = "folder %q holds something else than a demo"
	textDemoBusy    = "another demo runs in %q"
	textTwice       = "account %s is deleted twice: in %s and in %s"
	textPromised    = "the files hold %d deletions, the ledger %d"
)

// Lines on standard output.
const (
	textRun         = "run %d  business date %s  %s  (previous %s, by %s: %s)\n"
	textStopped     = "stopped: %s\n"
	textImported    = "import %d done in %.1f s\n"
	textMigrated    = "applied %s\n"
	textMigratedAll = "migrations applied: %d; the schema is up to date\n"
	textFileChanged = "file %d is %s\n"
	textValidated   = "files %d, records %d, errors %d, warnings %d\n"
	textExaminer    = "examiner check %s: %d\n"
	textRecord      = "%s: record %d, %s, %d bytes, account %s\n"
	textNoFindings  = "\nno findings\n"
	textWarned      = "warnings found: %d"
	textFamily      = "## %s: %s\n\n"
	textDiffer      = "equal %d, changed %d, added %d, removed %d\n"
	textConverted   = "records %d"
	textNormalized  = ", written by their values %d"
	textStats       = "files %d, records %d, accounts %d, unknown records %d\n"
	textDemoImport  = "Import of the portfolio in %s\n"
	textDemoNight   = "\nNight of %s\n"
	textDemoDone    = `
each of these accounts stands as deleted in one file and in no other
files:       %s
look around: furnisher --data %s loans
`
)

// The next command to type.
const (
	hintClosed           = "furnisher runs shows what was run; the next business date is the next one to run"
	hintLocked           = "wait until it ends and type the same command again; furnisher runs shows it"
	hintUnfinished       = "furnisher runs shows the unfinished date: run that one first"
	hintPlanChanged      = "finish that run with the version of the program that began it; furnisher runs shows which"
	hintEmptyBook        = "furnisher import DIR"
	hintReconcile        = "was the book changed while the night ran? Type the same command again: it goes on where it stopped"
	hintInvalidFile      = "no file was released; put right what the finding names (furnisher import DIR) and type the same command again"
	hintCounts           = "no file was released; type the same command again, and if it fails again keep the database and ask for help"
	hintFilesFolder      = "put the folder right, or name another by --files or FURNISHER_FILES, and type the same command again"
	hintFileDiffers      = "put the original file back and repeat the command; if it is lost, void the file (reject it if it was sent): the next run makes a new one"
	hintFiles            = "furnisher files"
	hintLoans            = "furnisher loans"
	hintRuns             = "furnisher runs"
	hintPage             = "leave --after out to start at the beginning of the list"
	hintMigrate          = "furnisher migrate up"
	hintNewerProgram     = "use the version of furnisher that migrated the database, or a newer one; furnisher version prints yours"
	hintEncoding         = "make a database with createdb --encoding UTF8 --template template0 NAME, and set DATABASE_URL to it"
	hintOldServer        = "move the database to PostgreSQL 14 or later"
	hintBadURL           = "--database-url postgres://user@host/database?sslmode=require, or none for the private database"
	hintPooler           = "set DATABASE_URL_DIRECT, or --database-url-direct, to the address of the server itself"
	hintFolderClosed     = "--data with a folder that the account may enter, as /var/lib/furnisher"
	hintOtherVersion     = "set FURNISHER_PG_BIN to the programs of that version, or --data to another folder"
	hintNoServerPrograms = "make pg, or install PostgreSQL, or set DATABASE_URL"
	hintUnreachable      = "check DATABASE_URL and that the server runs, then type the same command again: nothing is half done"
	hintInterrupted      = "type the same command again: nothing is half done"
	hintRefused          = "nothing was loaded; put the file right, or allow more bad rows with --max-bad, and type the same command again"
	hintNoExtract        = "furnisher import DIR, with the folder of the extract's CSV files"
	hintQuarantined      = "put those rows right in the extract and import it again: what is known stays as it is"
	hintDate             = "furnisher run --date YYYY-MM-DD"
	hintPatience         = "furnisher run --date YYYY-MM-DD --patience 5m"
	hintShare            = "furnisher run --date YYYY-MM-DD --chunk-index 0 --chunk-count 3, and with 1 and 2"
	hintSlots            = "furnisher worker --slots 2"
	hintOtherProgram     = "start the worker from the same version of the program as furnisher run"
	hintStopped          = "the process with --chunk-index 0 tells more; run all of them again: the night goes on where it stopped"
	hintWorkers          = "furnisher run --date YYYY-MM-DD --workers 2"
	hintCron             = `furnisher schedule --cron "15 23 * * *" --timezone America/New_York`
	hintRules            = "furnisher metro2 rules"
	hintLayout           = "furnisher metro2 layout"
	hintExplain          = "furnisher metro2 explain FILE --record N"
	hintDump             = "furnisher metro2 dump FILE shows the records and their numbers"
	hintNoSuchFile       = "check the name of the file; - is the standard input"
	hintForbidden        = "let the user of this command read the file, or give the file by the standard input: -"
	hintFolder           = "name the files in the folder, as FOLDER/*"
	hintDamaged          = "the compressed file was cut or damaged on its way: fetch it again"
	hintConvert          = "furnisher metro2 convert FILE --to json takes every record; furnisher metro2 validate FILE lists their problems"
	hintInvalid          = "furnisher metro2 explain FILE --record N shows a record with what was found in it"
	hintDemo             = "keep the folder and report it: this must never happen"
	hintDemoDir          = "furnisher demo --dir FOLDER, with a new or empty folder"
	hintDemoBusy         = "wait until it ends, or furnisher demo --dir FOLDER"
)

func hintHelp(command string) string  { return command + " --help" }
func hintExceptions(run int64) string { return fmt.Sprintf("furnisher runs show %d", run) }
func hintWhy(verb, file string) string {
	return fmt.Sprintf("furnisher files %s %s --why TEXT", verb, file)
}
func hintValidate(name string) string { return fmt.Sprintf("furnisher metro2 validate %s", name) }

// hintFinish names the run that must be finished first.
func hintFinish(runs []inquiry.Run) string {
	for _, r := range runs {
		if r.State == "RUNNING" || r.State == "STOPPED" {
			return fmt.Sprintf("furnisher run --date %s", r.BusinessDate)
		}
	}
	return hintUnfinished
}

// Lines of the log.
const (
	logScheduleBegins = "schedule begins"
	logLostDates      = "the expression does not fire on these dates: the clock is put forward over its hour"
	logCatchUp        = "business dates were missed; the next night makes the files of all dates since the last closed one"
	logWorkerBegins   = "worker waits for chunks"
	logWorkerEnds     = "worker has finished what it had begun"
	logNightDone      = "night done"
	logNightClosed    = "that date is already closed"
	logNightFailed    = "night failed"
	logNightSkipped   = "night skipped: the one before is still running"
)
