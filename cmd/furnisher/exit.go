package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/evidence"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/localpg"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/batch/servicing"
)

// Exit statuses. They are an interface: never change one, only add.
const (
	exitDone        = 0
	exitFailed      = 1   // failed
	exitUsage       = 2   // usage or configuration: the same command fails again until that is corrected
	exitExceptions  = 3   // a person must look: done, with exceptions or quarantined rows; or stopped by a brake
	exitClosed      = 4   // that business date is already closed, nothing was done
	exitLocked      = 5   // another run or import holds the book, or took it
	exitInvalid     = 6   // validation failed, or a file is not the one that was made: no file moved on
	exitUndelivered = 7   // a file did not reach all its addresses: it is still RELEASED
	exitForbidden   = 8   // the person may not do that, nothing was done
	exitDiffers     = 9   // a sample found a value that is not the one that its sources give
	exitUnreachable = 10  // the database cannot be reached, or was lost
	exitInterrupted = 130 // stopped by a signal
)

// Hints that more than one error has.
const (
	hintUnreachable = "check DATABASE_URL and that the server is running, then repeat the command; nothing is left half done"
	hintInterrupted = "repeat the command to resume; nothing is left half done"
)

// hintHelp is the hint of a command line that its command does not understand.
func hintHelp(command string) string { return command + " --help" }

// ending is an error with the exit status that its command decided, 0 for the one in the table, and with a hint: the
// command to type next.
type ending struct {
	err  error
	code int
	hint string
}

func (e *ending) Error() string { return e.err.Error() }
func (e *ending) Unwrap() error { return e.err }

// endings gives exit status and hint of the errors that other packages return.
var endings = []struct {
	is   error
	code int
	hint string
}{
	{batch.ErrNotSupervisor, exitForbidden, "nothing was changed; ask a supervisor (FURNISHER_SUPERVISORS names them, or they have the database's role furnisher_supervisor)"},
	{batch.ErrFourEyes, exitForbidden, "nothing was changed; ask another supervisor"},
	{batch.ErrClosed, exitClosed, "furnisher runs lists the dates that are closed; run the next one"},
	{batch.ErrLocked, exitLocked, "wait until it ends, then repeat the command; furnisher runs shows it"},
	{batch.ErrOnDuty, exitLocked, "stop that scheduler first, or leave the nights to it"},
	{batch.ErrNoStep, exitUsage, "repeat the command with one of them"},
	{batch.ErrNotLast, exitUsage, "furnisher runs lists the closed dates; --files-only makes the files of an earlier one again"},
	{batch.ErrGaveWay, exitLocked, "nothing was changed; repeat the command when it has ended"},
	{batch.ErrLockLost, exitLocked, "the session that held the book ended or was cut off; repeat the command to resume"},
	{batch.ErrLedger, exitFailed, "furnisher runs shows what the run is now; if nobody changed it by hand, keep the database and ask for help"},
	{batch.ErrDate, exitUsage, "correct --date; if it is right, add --allow-date REASON"},
	{batch.ErrGap, exitUsage, "furnisher catch-up, or add --allow-gap REASON"},
	{batch.ErrNoNight, exitUsage, "furnisher calendar lists the closed days; to run a night all the same, add --allow-date REASON"},
	{batch.ErrBeforeBook, exitUsage, "furnisher runs lists the dates that are closed; run the next one"},
	{batch.ErrAbandon, exitFailed, "furnisher runs show RUN says what the run did; to finish it, run its date again"},
	{batch.ErrUnfinished, exitFailed, "furnisher runs shows the unfinished date; run that date first"},
	{batch.ErrPlanChanged, exitFailed, "finish that run with the version of the program that started it; furnisher runs --json shows which"},
	{batch.ErrEmptyBook, exitFailed, "furnisher import DIR"},
	{batch.ErrNotBraked, exitUsage, "furnisher runs show RUN says what stopped the night; repeat the command without --accept-brake"},
	{batch.ErrReconcile, exitFailed, "the book may have changed during the run; repeat the command to resume it"},
	{batch.ErrStopped, exitFailed, "the process with --chunk-index 0 says why; start all of them again to resume the run"},
	{fanout.ErrOtherProgram, exitUsage, "start the worker from the same version of the program as furnisher run"},
	{seal.ErrNoKeyset, exitUsage, "nothing was changed; name the file of this book's keyset in FURNISHER_KEYSET; for a new book make one with furnisher keys create FILE"},
	{seal.ErrExposed, exitUsage, "nothing was changed; if nobody else has read it, chmod 600 the file, else furnisher keys create makes another for a new book"},
	{seal.ErrKeyset, exitUsage, "nothing was changed; restore the keyset from its copy"},
	{seal.ErrSealed, exitFailed, "keep the database; if the keys were changed, give this machine the newest keyset and repeat the command"},
	{book.ErrOtherKeyset, exitUsage, "nothing was changed; name the keyset that the book was made with, its newest copy, in FURNISHER_KEYSET"},
	{book.ErrClear, exitUsage, "furnisher migrate up"},
	{audit.ErrTampered, exitInvalid, "furnisher audit verify names the rows; keep the database as it is, and compare with a backup"},
	{audit.ErrOtherKey, exitUsage, "nothing was changed; name the file of the key in FURNISHER_AUDIT_KEY, from the machine that signed before"},
	{audit.ErrNoRow, exitFailed, "check the row; furnisher audit head signs what is newer than the head"},
	{merkle.ErrNoKey, exitUsage, "name its file in FURNISHER_AUDIT_KEY, or give the public key with --key; furnisher audit head makes a key for a book that has none"},
	{merkle.ErrKey, exitUsage, "restore the key from its copy"},
	{merkle.ErrExposed, exitUsage, "nothing was changed; if nobody else has read it, chmod 600 the file"},
	{merkle.ErrHead, exitInvalid, "give the head as it was printed, and the public key that the keeper was told (furnisher audit key)"},
	{merkle.ErrProof, exitInvalid, "the row, the proof or the head is not what it was; get a new proof with furnisher audit prove ROW --head FILE"},
	{evidence.ErrPack, exitInvalid, "ask for the pack as it was made, and for the public key (furnisher audit key)"},
	{evidence.ErrTooLarge, exitUsage, "ask for fewer months"},
	{bureau.ErrInvalidFile, exitInvalid, "no file was made; correct what the finding names (furnisher import DIR), then repeat the command"},
	{bureau.ErrInTheWay, exitInvalid, "move it away and repeat the command, or put the file elsewhere: furnisher files rebuild FILE --out DIR"},
	{bureau.ErrRebuilt, exitInvalid, "nothing was changed; somebody changed the database's records of this file: restore them from a backup, or the file itself"},
	{bureau.ErrArchived, exitFailed, "who has an identity of a recipient opens it with age --decrypt; furnisher files rebuild FILE --out DIR makes the file again and proves it"},
	{bureau.ErrPurged, exitFailed, "nothing was changed; furnisher files show FILE tells why; what the file said of an account, furnisher explain LOAN tells"},
	{bureau.ErrNotKept, exitFailed, "nothing was changed; restore the file from a backup"},
	{bureau.ErrFileDiffers, exitInvalid, "move what is there away, put the original back with furnisher files rebuild FILE, and repeat the command"},
	{bureau.ErrCounts, exitFailed, "no file was made; repeat the command, and if it fails again keep the database and ask for help"},
	{bureau.ErrFolder, exitFailed, "make the folder writable for you and nobody else (chmod 700), or name another with --files or FURNISHER_FILES, then repeat the command"},
	{bureau.ErrNoFile, exitFailed, "furnisher files"},
	{bureau.ErrState, exitFailed, "furnisher files"},
	{bureau.ErrCounted, exitFailed, "nothing was changed; the next regular file tells of every account; furnisher files lists the files; void those that were not sent, then replace all of them, oldest first"},
	{bureau.ErrFindings, exitInvalid, "nothing was changed; furnisher metro2 validate PATH lists the errors; correct the data, void the file and make it again"},
	{bureau.ErrBoard, exitFailed, "nothing was changed; furnisher board --help says what is boarded, furnisher files lists what was"},
	{bureau.ErrMisfits, exitInvalid, "nothing was changed; furnisher board --dry-run lists the accounts; import what the book lacks, or allow more with --max-misfits"},
	{bureau.ErrUnbalanced, exitInvalid, "nothing was changed; furnisher files balance FILE names the loans; void the file and make it again: furnisher files replace"},
	{bureau.ErrNoRecords, exitFailed, "a file that was not sent is made again with its records: furnisher files void, then furnisher files replace"},
	{bureau.ErrNoFinding, exitFailed, "nothing was changed; furnisher findings --open"},
	{bureau.ErrNotOpen, exitFailed, "nothing was changed; furnisher findings --open"},
	{bureau.ErrInWork, exitLocked, "nothing was changed; wait until the night ends (furnisher runs), then repeat the command"},
	{bureau.ErrDelivering, exitFailed, "nothing was changed; wait for its end (furnisher deliveries), or stop the command that delivers it, and repeat this one"},
	{bureau.ErrSent, exitFailed, "furnisher deliveries shows the attempts; deliver it to the end, then reject it (furnisher files reject)"},
	{delivery.ErrSettings, exitUsage, "furnisher deliver --help"},
	{delivery.ErrNoDestination, exitUsage, "name the file of the addresses with --destinations or FURNISHER_DESTINATIONS; furnisher deliver --help shows one"},
	{delivery.ErrNoEvent, exitFailed, "nothing was changed; furnisher events tail --all"},
	{delivery.ErrBusy, exitLocked, "wait until it ends; furnisher deliveries shows it"},
	{delivery.ErrHostKey, exitUndelivered, "nothing was sent; ask the receiver for the fingerprint of the host key, and correct known_hosts only if it is the one shown"},
	{delivery.ErrKeyRefused, exitUndelivered, "nothing was sent; ask the receiver to take the public key of the user, or correct user and key in the destinations"},
	{delivery.ErrOccupied, exitUndelivered, "nothing was replaced; ask the receiver what the file there is, and have it removed if it is not wanted"},
	{bureau.ErrNoAnswer, exitFailed, "furnisher answers"},
	{bureau.ErrAnswered, exitFailed, "furnisher answers"},
	{servicing.ErrInvalid, exitUsage, ""},
	{servicing.ErrUnknown, exitFailed, "check the id; furnisher loans lists the loans; nothing was changed"},
	{servicing.ErrRefused, exitFailed, "nothing was changed; furnisher loan LOAN shows how the loan stands"},
	{servicing.ErrKeyUsed, exitFailed, "nothing was changed; use another --key, or none"},
	{servicing.ErrBusy, exitLocked, "nothing was changed; wait until it ends, then repeat the command"},
	{bureau.ErrNoLoan, exitFailed, "furnisher loans"},
	{bureau.ErrCorrection, exitUsage, "furnisher corrections --help"},
	{bureau.ErrLocked, exitFailed, "furnisher corrections --live shows it; to give another value, release it first"},
	{bureau.ErrNoCorrection, exitFailed, "furnisher corrections"},
	{bureau.ErrNotLive, exitFailed, "furnisher corrections"},
	{inquiry.ErrBadPage, exitUsage, "leave --after out to start at the beginning of the list"},
	{database.ErrSchemaBehind, exitUsage, "furnisher migrate up"},
	{database.ErrSchemaAhead, exitUsage, "use the version of furnisher that migrated the database, or a newer one; furnisher version prints yours"},
	{database.ErrEncoding, exitUsage, "make a database with createdb --encoding UTF8 --template template0 NAME, and set DATABASE_URL to it"},
	{database.ErrOldServer, exitUsage, "move the database to PostgreSQL 14 or later"},
	{database.ErrBadURL, exitUsage, "use --database-url postgres://user@host/database?sslmode=require, or leave it out for the private server"},
	{database.ErrInUse, exitLocked, "repeat the command when no other program is connected, or give --database-url of a copy of the database that you made yourself"},
	{database.ErrMayNotCopy, exitUsage, "ask for the right to make databases (ALTER ROLE NAME CREATEDB), or use --database-url with a role that has it"},
	{database.ErrPooler, exitUsage, "set DATABASE_URL_DIRECT, or --database-url-direct, to the address of the server itself"},
	{localpg.ErrFolderClosed, exitUsage, "use --data with a folder that the server's account may enter, for example /var/lib/furnisher"},
	{localpg.ErrOtherVersion, exitUsage, "set FURNISHER_PG_BIN to the programs of that version, or --data to another folder"},
	{localpg.ErrNoServerPrograms, exitUnreachable, "run make pg, or install PostgreSQL, or set DATABASE_URL"},
	{database.ErrUnreachable, exitUnreachable, hintUnreachable},
}

// classify returns the exit status of an error and the command to type next.
func classify(ctx context.Context, err error) (code int, hint string) {
	var own *ending
	if errors.As(err, &own) {
		if own.code != 0 {
			return own.code, own.hint
		}
		defer func() { hint = own.hint }()
	}
	if ctx.Err() != nil {
		return exitInterrupted, hintInterrupted
	}
	if errors.Is(err, batch.ErrLockLost) && database.IsConnectionLost(err) { // the lock was lost with the database
		return exitUnreachable, hintUnreachable
	}
	for _, e := range endings {
		if errors.Is(err, e.is) {
			if path, full := fullDisk(err); full {
				return e.code, hintFullDisk(path) + ", then repeat the command"
			}
			return e.code, e.hint
		}
	}
	if order, is := errors.AsType[*bureau.OrderError](err); is {
		return exitFailed, fmt.Sprintf("nothing was changed; furnisher files transmit %d --why TEXT, or void it", order.File)
	}
	if warned, is := errors.AsType[*bureau.UnacknowledgedError](err); is {
		return exitInvalid, hintWarned(warned)
	}
	if grave, is := errors.AsType[*bureau.GraveError](err); is {
		return exitInvalid, fmt.Sprintf("the file did not move; furnisher findings --open --file %d lists them; put the book right (furnisher import, corrections, cases), then furnisher run --date D --again --reason TEXT makes the file again; what is right as it is: furnisher findings accept FINDING --why TEXT", grave.File)
	}
	if braked, is := errors.AsType[*batch.BrakedError](err); is {
		return exitExceptions, hintBraked(braked)
	}
	var refused *intake.RefusedError
	switch {
	case errors.As(err, &refused) && refused.TooMany:
		return exitFailed, "nothing was imported; correct the file, or allow more bad rows with --max-bad, then repeat the command"
	case errors.As(err, &refused):
		return exitFailed, "nothing was imported; correct the file, then repeat the command"
	case database.IsConnectionLost(err):
		return exitUnreachable, hintUnreachable
	case database.IsDiskFull(err):
		return exitFailed, "make room on the disk of the database's server, then repeat the command; nothing is left half done"
	}
	if path, full := fullDisk(err); full {
		return exitFailed, hintFullDisk(path) + ", then repeat the command"
	}
	return exitFailed, ""
}

// end tells the person how a command ended and returns its exit status.
func (a *app) end(ctx context.Context, command string, err error) int {
	var own *ending
	switch {
	case err == nil:
		return exitDone
	case readerGone(err):
		return exitFailed
	case !a.begun && !errors.As(err, &own):
		err = &ending{err: err, code: exitUsage, hint: hintHelp(command)}
	}
	code, hint := classify(ctx, err)
	label := labelError
	switch code {
	case exitExceptions:
		if !errors.Is(err, batch.ErrBraked) {
			label = labelNote
		}
	case exitInterrupted:
		first, _, _ := strings.Cut(err.Error(), "\n")
		err = fmt.Errorf("interrupted: %s", first)
	}
	a.tell(label, oneLine(err))
	if hint != "" {
		a.tell(labelHint, hint)
	}
	return code
}

// hintWarned says how a file with warnings is released.
func hintWarned(warned *bureau.UnacknowledgedError) string {
	return fmt.Sprintf("nothing was changed; %s lists them; if they are right, add --acknowledge %s",
		validatePaths(warned.Path, warned.Compared), strings.Join(warned.Rules, ","))
}

// hintBraked says how a night that brakes stopped goes on.
func hintBraked(braked *batch.BrakedError) string {
	var accept string
	for i, b := range braked.Brakes {
		if flag := " --accept-brake " + b.Brake; i == 0 || braked.Brakes[i-1].Brake != b.Brake {
			accept += flag
		}
	}
	return fmt.Sprintf("if news are missing, import them and run the date again; if it is right: furnisher run --date %s%s --reason TEXT", braked.Date, accept)
}

// readerGone reports whether the reader of our output has gone, as head does: nobody is left to tell.
func readerGone(err error) bool {
	var file *fs.PathError
	return errors.As(err, &file) && errors.Is(file.Err, syscall.EPIPE)
}

// oneLine joins the lines of an error.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}

// Labels of the lines on standard error.
const (
	labelError = "error"
	labelHint  = "hint"
	labelNote  = "note"
)

// tell writes one line to the person.
func (a *app) tell(label, text string) {
	fmt.Fprintf(a.stderr, "furnisher: %s: %s\n", label, visibleText(text))
}
