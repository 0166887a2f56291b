package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// dryMark is behind the names of files that are not to be sent: they tell what a night would have written.
const dryMark = ".dry-run"

// dryRun is what a person asks of nights that are only tried.
type dryRun struct {
	wanted, list bool
	out          string // folder for the would-be files; empty: they are not kept
	most         int    // loans and records to read of what would change; 0: all
}

func (o *dryRun) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.wanted, "dry-run", false, "say what would change, and change nothing")
	f.BoolVar(&o.list, "list", false, "with --dry-run: list the loans that would change, from, to and why")
	f.StringVar(&o.out, "out", "", "with --dry-run: keep the would-be files in this folder, as NAME"+dryMark)
}

// helpDryRun is a part of the help of the commands that have --dry-run.
const helpDryRun = `With --dry-run everything is decided for real in one transaction, which is rolled back: the summary and the exit status are
those of the night, and every table and the folder of the files stay as they are. --list adds the loans that would change.
--out keeps the files as they would be, under names that end in .dry-run: they hold personal data, and are not to be sent. A
dry run works a chunk at a time. It is refused beside a run or an import (exit status 5), and one that begins meanwhile ends
it at once; operations on loans that it has decided wait for its end.`

// check refuses what does not go together.
func (o *dryRun) check(a *app, n *night) error {
	switch {
	case !o.wanted && (o.list || o.out != ""):
		return &ending{err: errors.New("--list and --out belong to --dry-run"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --dry-run --list --out FOLDER"}
	case o.wanted && (n.workers.river || n.share.Count > 1):
		return &ending{err: errors.New("a dry run works alone: --workers river and --chunk-count do not go with --dry-run"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --dry-run"}
	case o.out == "":
		return nil
	}
	files, err := a.filesDir()
	if err != nil {
		return err
	}
	out, err := filepath.Abs(o.out)
	if err != nil {
		return err
	}
	have, haveErr := os.Stat(files)
	want, wantErr := os.Stat(out)
	if out == files || haveErr == nil && wantErr == nil && os.SameFile(have, want) {
		return &ending{err: fmt.Errorf("--out %s is the folder of the bureaus' files", o.out), code: exitUsage, hint: "name another folder"}
	}
	o.out = out
	return nil
}

// triedNight is what one night would do.
type triedNight struct {
	DryRun bool `json:"dry_run"`
	*batch.Summary
	Changes    *inquiry.NightChanges `json:"changes,omitempty"`
	Difference *inquiry.Difference   `json:"difference,omitempty"` // of another attempt
}

// quiet reports whether the night would be closed without a change.
func (t *triedNight) quiet() bool {
	for _, s := range t.Steps {
		if s.Changed+s.Exceptions > 0 {
			return false
		}
	}
	return t.State == "CLOSED" && len(t.Files) == 0
}

// dry lets work do nights of which nothing stays, and returns what they would do, also beside an error. keep is to be called
// after each night.
func (a *app) dry(ctx context.Context, db *database.Database, n night, o dryRun, work func(ctx context.Context, db *database.Database, n night, keep func(*batch.Summary) error) error) (tried []triedNight, err error) {
	if n.dir = o.out; n.dir == "" {
		if n.dir, err = os.MkdirTemp("", "furnisher-dry-run-"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(n.dir)) }()
	}
	if n.mark = dryMark; !n.again {
		n.why = "dry run"
	}
	err = batch.Try(ctx, db.DB, db.Direct, func(ctx context.Context, trial *batch.Trial) error {
		n.trial = trial
		inside := *db
		inside.DB = trial.DB
		return work(ctx, &inside, n, func(s *batch.Summary) error {
			night := triedNight{DryRun: true, Summary: s}
			var err error
			if s.Attempt > 1 {
				if night.Difference, err = o.differences(ctx, trial.DB, s.Run); err != nil {
					return err
				}
			}
			if o.list {
				if night.Changes, err = o.changes(ctx, trial.DB, s.Run); err != nil {
					return err
				}
			}
			for i := range s.Files {
				if s.Files[i].Path != "" && o.out == "" {
					s.Files[i].Path = "" // gone with the dry run
				}
			}
			tried = append(tried, night)
			return nil
		})
	})
	return tried, hintDry(err)
}

// differences reads how an attempt would differ.
func (o *dryRun) differences(ctx context.Context, db *sqlx.DB, run int64) (*inquiry.Difference, error) {
	if o.most > 0 {
		return inquiry.AttemptDifferences(ctx, db, run, o.most)
	}
	return inquiry.Differences(ctx, db, run)
}

// changes reads what a night would change.
func (o *dryRun) changes(ctx context.Context, db *sqlx.DB, run int64) (*inquiry.NightChanges, error) {
	if o.most > 0 {
		return inquiry.FirstMoves(ctx, db, run, o.most)
	}
	return inquiry.Changes(ctx, db, run, nil)
}

// hintDry says how a dry run goes on that a brake stopped: what a brake stops only here cannot be accepted.
func hintDry(err error) error {
	braked, is := errors.AsType[*batch.BrakedError](err)
	if !is {
		return err
	}
	return &ending{err: err, code: exitExceptions, hint: fmt.Sprintf("the night would be stopped here; to see what would come after it, add%s to the dry run", brakesOff(braked))}
}

// dryNight tries one night and prints it.
func (a *app) dryNight(ctx context.Context, db *database.Database, n night, o dryRun, asJSON bool) error {
	tried, err := a.dry(ctx, db, n, o, func(ctx context.Context, db *database.Database, n night, keep func(*batch.Summary) error) error {
		summary, err := a.night(ctx, db, n)
		if summary != nil {
			err = errors.Join(err, keep(summary))
		}
		return err
	})
	for i := range tried {
		err = errors.Join(err, a.printTried(&tried[i], asJSON, printJSON), dryOutcome(&tried[i], err))
	}
	return err
}

// dryOutcome is the ending of a dry run with exceptions.
func dryOutcome(t *triedNight, err error) error {
	if err != nil || t.ExceptionLoans == 0 {
		return nil
	}
	return &ending{
		err: fmt.Errorf("the run of %s would be closed with exceptions: %d", t.BusinessDate, t.ExceptionLoans), code: exitExceptions,
		hint: "nothing was changed; the table of exceptions says why, loan by loan",
	}
}

// printTried prints what a night would do.
func (a *app) printTried(t *triedNight, asJSON bool, document func(w io.Writer, document any) error) error {
	if asJSON {
		return document(a.stdout, t)
	}
	if err := a.say("dry run of %s: nothing was changed\n", t.BusinessDate); err != nil {
		return err
	}
	if err := printSummary(a.stdout, t.Summary); err != nil {
		return err
	}
	for _, f := range t.Files {
		if f.Path != "" {
			if err := a.say("would-be file: %s\n", f.Path); err != nil {
				return err
			}
		}
	}
	if t.Difference != nil {
		limit := inquiry.DefaultLimit
		if t.Changes != nil {
			limit = max(len(t.Difference.Moves), len(t.Difference.Records))
		}
		if _, err := fmt.Fprintln(a.stdout); err != nil {
			return err
		}
		return printDifference(a.stdout, t.Difference, limit, "--list")
	}
	if t.Changes == nil {
		return nil
	}
	return a.printChanges(t.BusinessDate, t.Changes)
}
