package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/localpg"
)

// Exit statuses. They are an interface: never change one, only add.
const (
	exitDone        = 0
	exitFailed      = 1   // failed
	exitUsage       = 2   // usage or configuration: the same command fails again until that is put right
	exitExceptions  = 3   // done, with exceptions or quarantined rows
	exitClosed      = 4   // that business date is already closed, nothing was done
	exitLocked      = 5   // another run or import holds the book
	exitInvalid     = 6   // validation failed, or a file is not the one that was made: no file moved on
	exitUnreachable = 10  // the database cannot be reached, or was lost
	exitInterrupted = 130 // stopped by a signal
)

// ending is an error with what is particular to the command that met it: its exit status, 0 for the one
// of the table, and the command to type next.
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
	{batch.ErrClosed, exitClosed, hintClosed},
	{batch.ErrLocked, exitLocked, hintLocked},
	{batch.ErrUnfinished, exitFailed, hintUnfinished},
	{batch.ErrPlanChanged, exitFailed, hintPlanChanged},
	{batch.ErrEmptyBook, exitFailed, hintEmptyBook},
	{batch.ErrReconcile, exitFailed, hintReconcile},
	{batch.ErrStopped, exitFailed, hintStopped},
	{fanout.ErrOtherProgram, exitUsage, hintOtherProgram},
	{bureau.ErrInvalidFile, exitInvalid, hintInvalidFile},
	{bureau.ErrFileDiffers, exitInvalid, hintFileDiffers},
	{bureau.ErrCounts, exitFailed, hintCounts},
	{bureau.ErrFolder, exitFailed, hintFilesFolder},
	{bureau.ErrNoFile, exitFailed, hintFiles},
	{bureau.ErrState, exitFailed, hintFiles},
	{inquiry.ErrBadPage, exitUsage, hintPage},
	{database.ErrSchemaBehind, exitUsage, hintMigrate},
	{database.ErrSchemaAhead, exitUsage, hintNewerProgram},
	{database.ErrEncoding, exitUsage, hintEncoding},
	{database.ErrOldServer, exitUsage, hintOldServer},
	{database.ErrBadURL, exitUsage, hintBadURL},
	{database.ErrPooler, exitUsage, hintPooler},
	{localpg.ErrFolderClosed, exitUsage, hintFolderClosed},
	{localpg.ErrOtherVersion, exitUsage, hintOtherVersion},
	{localpg.ErrNoServerPrograms, exitUnreachable, hintNoServerPrograms},
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
	for _, e := range endings {
		if errors.Is(err, e.is) {
			return e.code, e.hint
		}
	}
	var refused *intake.RefusedError
	switch {
	case errors.As(err, &refused):
		return exitFailed, hintRefused
	case connectionLost(err):
		return exitUnreachable, hintUnreachable
	}
	return exitFailed, ""
}

// connectionLost reports whether the database went away in the middle of the work.
func connectionLost(err error) bool {
	var network *net.OpError // not net.Error, which an error of a file system is, too
	var name *net.DNSError
	var refusal *pq.Error
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.As(err, &network), errors.As(err, &name):
		return true
	case errors.As(err, &refusal):
		switch refusal.Code {
		case "57P01", "57P02", "57P03": // shut down by an administrator, crashed, cannot connect now
			return true
		}
		return refusal.Code.Class() == "08"
	}
	return false
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
		label = labelNote
	case exitInterrupted:
		first, _, _ := strings.Cut(err.Error(), "\n")
		err = fmt.Errorf(textInterrupted, first)
	}
	a.tell(label, oneLine(err))
	if hint != "" {
		a.tell(labelHint, hint)
	}
	return code
}

// readerGone reports whether whoever read our output had enough, as head does: nobody is left to tell.
func readerGone(err error) bool {
	var file *fs.PathError
	return errors.As(err, &file) && errors.Is(file.Err, syscall.EPIPE)
}

// oneLine puts the parts of a joined error behind each other.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}

// tell writes one line to the person.
func (a *app) tell(label, text string) { fmt.Fprintf(a.stderr, "furnisher: %s: %s\n", label, text) }
