package main

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/localpg"
)

func TestExitStatus(t *testing.T) {
	live := context.Background()
	stopped, stop := context.WithCancel(live)
	stop()
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
		hint string // how it begins; empty: there is none
	}{
		{"closed", live, batch.ErrClosed, 4, "furnisher runs lists the dates that are closed"},
		{"locked", live, batch.ErrLocked, 5, "wait until it ends"},
		{"lock lost", live, batch.ErrLockLost, 5, "the session that held the book ended"},
		{"lock lost with the database", live, errors.Join(batch.ErrLockLost, driver.ErrBadConn), 10, hintUnreachable},
		{"ledger changed", live, batch.ErrLedger, 1, "furnisher runs shows what the run is now"},
		{"mistyped date", live, batch.ErrDate, 2, "correct --date"},
		{"not to be abandoned", live, batch.ErrAbandon, 1, "furnisher runs show RUN"},
		{"unfinished", live, batch.ErrUnfinished, 1, "furnisher runs shows the unfinished date"},
		{"plan changed", live, batch.ErrPlanChanged, 1, "finish that run with the version of the program that started it"},
		{"empty book", live, batch.ErrEmptyBook, 1, "furnisher import DIR"},
		{"reconcile", live, batch.ErrReconcile, 1, "the book may have changed during the run"},
		{"stopped", live, batch.ErrStopped, 1, "the process with --chunk-index 0 says why"},
		{"other program", live, fanout.ErrOtherProgram, 2, "start the worker from the same version of the program as furnisher run"},
		{"invalid file", live, bureau.ErrInvalidFile, 6, "no file was made"},
		{"counts", live, bureau.ErrCounts, 1, "no file was made"},
		{"files folder", live, bureau.ErrFolder, 1, "make the folder writable"},
		{"no file", live, bureau.ErrNoFile, 1, "furnisher files"},
		{"file state", live, bureau.ErrState, 1, "furnisher files"},
		{"refused", live, &intake.RefusedError{File: "loans.csv", Reason: "bad"}, 1, "nothing was imported; correct the file, then"},
		{"too many bad rows", live, &intake.RefusedError{File: "loans.csv", Reason: "bad", TooMany: true}, 1, "nothing was imported; correct the file, or allow more bad rows with --max-bad"},
		{"file differs", live, bureau.ErrFileDiffers, 6, "move what is there away, put the original back with furnisher files rebuild FILE"},
		{"file made again", live, bureau.ErrRebuilt, 6, "nothing was changed"},
		{"file in the way", live, bureau.ErrInTheWay, 6, "move it away"},
		{"file not kept", live, bureau.ErrNotKept, 1, "nothing was changed; restore the file"},
		{"file order", live, &bureau.OrderError{File: 3}, 1, "nothing was changed; furnisher files transmit 3 --why TEXT"},
		{"file warnings", live, &bureau.UnacknowledgedError{Path: "a b", Rules: []string{"B12", "B18"}}, 6, "nothing was changed; furnisher metro2 validate 'a b' lists them; if they are right, add --acknowledge B12,B18"},
		{"not boarded", live, bureau.ErrBoard, 1, "nothing was changed; furnisher board --help"},
		{"misfits", live, bureau.ErrMisfits, 6, "nothing was changed; furnisher board --dry-run lists the accounts"},
		{"unbalanced", live, &bureau.UnbalancedError{Balance: &bureau.Balance{}}, 6, "nothing was changed; furnisher files balance FILE names the loans"},
		{"file errors", live, bureau.ErrFindings, 6, "nothing was changed; furnisher metro2 validate PATH"},
		{"later file in work", live, bureau.ErrInWork, 5, "nothing was changed; wait"},
		{"no supervisor", live, batch.ErrNotSupervisor, 8, "nothing was changed; ask a supervisor"},
		{"four eyes", live, batch.ErrFourEyes, 8, "nothing was changed; ask another supervisor"},
		{"no such page", live, inquiry.ErrBadPage, 2, "leave --after out to start at the beginning of the list"},
		{"schema ahead", live, database.ErrSchemaAhead, 2, "use the version of furnisher that migrated the database"},
		{"encoding", live, database.ErrEncoding, 2, "make a database with createdb --encoding UTF8 --template template0 NAME"},
		{"old server", live, database.ErrOldServer, 2, "move the database to PostgreSQL 14 or later"},
		{"schema behind", live, database.ErrSchemaBehind, 2, "furnisher migrate up"},
		{"bad URL", live, database.ErrBadURL, 2, "use --database-url postgres://user@host/database?sslmode=require"},
		{"pooler", live, database.ErrPooler, 2, "set DATABASE_URL_DIRECT"},
		{"unreachable", live, database.ErrUnreachable, 10, hintUnreachable},
		{"no programs", live, fmt.Errorf("%w: %w", database.ErrUnreachable, localpg.ErrNoServerPrograms), 10, "run make pg"},
		{"folder closed", live, fmt.Errorf("%w: %w", database.ErrUnreachable, localpg.ErrFolderClosed), 2, "use --data with a folder that the server's account may enter"},
		{"other version", live, fmt.Errorf("%w: %w", database.ErrUnreachable, localpg.ErrOtherVersion), 2, "set FURNISHER_PG_BIN to the programs of that version"},
		{"bad connection", live, driver.ErrBadConn, 10, hintUnreachable},
		{"network", live, &net.OpError{Op: "read", Err: syscall.ECONNRESET}, 10, hintUnreachable},
		{"name", live, &net.DNSError{Err: "no such host", Name: "db"}, 10, hintUnreachable},
		{"shut down", live, &pq.Error{Code: "57P01"}, 10, hintUnreachable},
		{"crashed", live, &pq.Error{Code: "57P02"}, 10, hintUnreachable},
		{"starting up", live, &pq.Error{Code: "57P03"}, 10, hintUnreachable},
		{"connection failure", live, &pq.Error{Code: "08006"}, 10, hintUnreachable},
		{"another error of the database", live, &pq.Error{Code: "53200"}, 1, ""},
		{"the database's disk is full", live, &pq.Error{Code: "53100"}, 1, "make room on the disk of the database's server"},
		{"file system", live, &fs.PathError{Op: "open", Path: "/x", Err: syscall.EIO}, 1, ""},
		{"disk full", live, &fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, 1, "make room on the disk of /x (mounted on /, "},
		{"share of the disk full", live, &os.LinkError{Op: "rename", New: "/x", Err: syscall.EDQUOT}, 1, "make room on the disk of /x (mounted on /, "},
		{"disk of the files full", live, fmt.Errorf("%w: %w", bureau.ErrFolder, &fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}), 1, "make room on the disk of /x (mounted on /, "},
		{"anything", live, errors.New("anything"), 1, ""},
		{"interrupted", stopped, context.Canceled, 130, hintInterrupted},
		{"interrupted in a statement", stopped, &pq.Error{Code: "57014"}, 130, hintInterrupted},
		{"own status", live, &ending{err: errors.New("usage"), code: exitUsage, hint: hintDate}, 2, hintDate},
		{"own status in spite of a signal", stopped, &ending{err: errors.New("usage"), code: exitExceptions}, 3, ""},
		{"own hint", live, &ending{err: batch.ErrUnfinished, hint: "own"}, 1, "own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, hint := classify(c.ctx, fmt.Errorf("run 2026-09-30: %w", c.err))
			if code != c.want || !strings.HasPrefix(hint, c.hint) || (hint == "") != (c.hint == "") {
				t.Errorf("got status %d, hint %q; want %d, %q", code, hint, c.want, c.hint)
			}
		})
	}
}

func TestEnd(t *testing.T) {
	for _, c := range []struct {
		name  string
		begun bool
		err   error
		want  int
		says  string
	}{
		{"done", true, nil, 0, ""},
		{
			"usage", false, errors.New("unknown flag: --x"), 2,
			"furnisher: error: unknown flag: --x\nfurnisher: hint: furnisher run --help\n",
		},
		{"failed", true, errors.Join(errors.New("one"), errors.New("two")), 1, "furnisher: error: one; two\n"},
		{
			"exceptions", true, &ending{err: errors.New("two loans"), code: 3, hint: "look"}, 3,
			"furnisher: note: two loans\nfurnisher: hint: look\n",
		},
		{"nobody reads on", true, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said bytes.Buffer
			a := &app{stderr: &said, begun: c.begun}
			if got := a.end(context.Background(), "furnisher run", c.err); got != c.want {
				t.Errorf("got status %d, want %d", got, c.want)
			}
			if said.String() != c.says {
				t.Errorf("got %q, want %q", said.String(), c.says)
			}
		})
	}
}

// TestInterrupted runs the program with a signal that has come already.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	t.Setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
	var out, errs bytes.Buffer
	if got := run(ctx, []string{"loans"}, strings.NewReader(""), &out, &errs); got != exitInterrupted {
		t.Errorf("loans: got status %d, want %d: %s", got, exitInterrupted, errs.String())
	}
	// A read that would wait for ever: nothing is ever written to the pipe.
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	defer read.Close()
	if got := run(ctx, []string{"metro2", "dump", "-"}, read, &out, &errs); got != exitInterrupted {
		t.Errorf("metro2 dump: got status %d, want %d: %s", got, exitInterrupted, errs.String())
	}
}

func TestBoundFlag(t *testing.T) {
	for _, c := range []struct {
		in   string
		want boundFlag
		ok   bool
	}{
		{"0.1", boundFlag{0.1, 0}, true},
		{"0.1%", boundFlag{0.1, 0}, true},
		{"0", boundFlag{}, true},
		{"100%", boundFlag{100, 0}, true},
		{" 5 %", boundFlag{5, 0}, true},
		{"0.1%, 20", boundFlag{0.1, 20}, true},
		{"0,20", boundFlag{0, 20}, true},
		{"100.1", boundFlag{}, false},
		{"-1", boundFlag{}, false},
		{"NaN", boundFlag{}, false},
		{"", boundFlag{}, false},
		{"%", boundFlag{}, false},
		{"ten", boundFlag{}, false},
		{"1,", boundFlag{}, false},
		{"1,-2", boundFlag{}, false},
		{"1,2.5", boundFlag{}, false},
	} {
		var got boundFlag
		if err := got.Set(c.in); (err == nil) != c.ok || got != c.want {
			t.Errorf("%q: got %v, %v; want %v, %v", c.in, got, err, c.want, c.ok)
		}
	}
}

// Numbers and times out of their bounds are refused with the bounds.
func TestBoundedFlags(t *testing.T) {
	limit, days, giveUp := 50, 90, 15*time.Minute
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	numberFlag(flags, &limit, "limit", 0, 0, "")
	numberFlag(flags, &days, "days", 1, 400, "")
	durationFlag(flags, &giveUp, "give-up", 0, "")
	for _, c := range []struct{ flag, value, want string }{
		{"limit", "0", ""},
		{"limit", "-5", "it must be at least 0"},
		{"limit", "five", "it is not a whole number"},
		{"limit", "99999999999999999999", "it is not a whole number"},
		{"days", "1", ""},
		{"days", "400", ""},
		{"days", "0", "it must be between 1 and 400"},
		{"days", "401", "it must be between 1 and 400"},
		{"give-up", "0s", ""},
		{"give-up", "-1s", "it must be at least 0s"},
		{"give-up", "5", "it is not a time as 90s, 5m or 4h"},
	} {
		before := flags.Lookup(c.flag).Value.String()
		err := flags.Set(c.flag, c.value)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("--%s %s: got %v, want %q", c.flag, c.value, err, c.want)
		}
		if now := flags.Lookup(c.flag).Value.String(); (now == c.value) != (err == nil) || err != nil && now != before {
			t.Errorf("--%s %s: it is %s now", c.flag, c.value, now)
		}
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{"": "****", "1234": "****", "12345": "****2345", "ACCT000001   ": "****0001"} {
		if got := masked(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
