package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// helpAgain is a part of the help of run.
const helpAgain = `With --again --reason TEXT the last closed date is run once more, by what is known by now. Loans that something has come in of
are decided from where they were before that date; only what differs is written, and the ledger has another attempt with its
difference (furnisher runs diff RUN). A file that comes out the same stays. One that differs is voided and replaced by another
generation, unless it, or one of a later date, was sent: then what differs goes with the next file, and is listed. One that was
voided or rejected is made again unless one of a later date counts: then it is listed as LEFT, and the later one is made without it
if it was not sent. What was cancelled, stated or announced stays. It is one transaction, worked off a chunk at a time: interrupted or killed it has changed
nothing, and the same command does it. It needs a supervisor. An earlier date is refused (exit status 2). --from-step, --only-step
and --loan do a part of it; the next night does the rest. The steps delinquency, closure, statement and contact are one pass.`

// checkAgain refuses what does not go with another attempt.
func (n *night) checkAgain() error {
	const hint = "furnisher run --date YYYY-MM-DD --again --reason TEXT"
	switch {
	case !n.again && n.from+n.only == "" && len(n.loans) == 0:
		return nil
	case !n.again:
		return &ending{err: errors.New("--from-step, --only-step and --loan belong to --again"), code: exitUsage, hint: hint}
	case len(n.loans) > 0 && n.from+n.only != "":
		return &ending{err: errors.New("--loan is of the servicing pass: leave --from-step and --only-step out"), code: exitUsage, hint: hint + " --loan ID"}
	case n.reason == "":
		return &ending{err: errors.New("--again needs --reason"), code: exitUsage, hint: hint}
	case len(n.accept) > 0:
		return &ending{err: errors.New("--accept-brake is for a night that was stopped; --again takes --brake NAME=off"), code: exitUsage, hint: hint + " --brake NAME=off"}
	case n.workers.river || n.share.Count > 1:
		return &ending{err: errors.New("--again works alone: --workers river and --chunk-count do not go with it"), code: exitUsage, hint: hint}
	}
	n.why = n.reason
	return nil
}

// choose tells a runner which loans another attempt decides.
func (n *night) choose(ctx context.Context, db *database.Database, r *batch.Runner) (err error) {
	if len(n.loans) == 0 {
		return nil
	}
	r.Portion.Only = r.Plan.Names()[0]
	if r.Portion.Loans, err = inquiry.LoanKeys(ctx, db.DB, n.loans); err != nil {
		return &ending{err: err, code: exitUsage, hint: "furnisher loans"}
	}
	return nil
}

// hintAgain says how another attempt goes on that a brake stopped: nothing of it is in the ledger that could be accepted.
func hintAgain(err error) error {
	braked, is := errors.AsType[*batch.BrakedError](err)
	if !is {
		return err
	}
	return &ending{err: err, code: exitExceptions, hint: "nothing was changed; if it is right, repeat the command with" + brakesOff(braked)}
}

// brakesOff are the flags that take brakes off.
func brakesOff(braked *batch.BrakedError) (off string) {
	for _, b := range braked.Brakes {
		if flag := " --brake " + b.Brake + "=off"; !strings.Contains(off, flag) {
			off += flag
		}
	}
	return off
}

func (a *app) runsDiffCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "diff RUN", Short: "show how another attempt at a date differs from those before it", Args: cobra.ExactArgs(1),
		Long: `Shows what furnisher run --again changed: the states of loans, the files with their SHA-256, and the records that differ, by
loan, with the keys of the fields that differ. Values are shown of status, amount past due and date of first delinquency alone.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			run, err := runNumber(args[0])
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				d, err := inquiry.Differences(ctx, db, run)
				switch {
				case err != nil:
					return noSuchRun(run, err)
				case d.Attempt == 1:
					return &ending{err: fmt.Errorf("run %d is the first attempt at %s: there is nothing to compare it with", run, d.BusinessDate), code: exitUsage, hint: "furnisher runs"}
				case asJSON:
					return printJSON(a.stdout, d)
				}
				return printDifference(a.stdout, d, max(len(d.Moves), len(d.Records)), "")
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// printAgain prints how the attempt that was just made differs.
func (a *app) printAgain(ctx context.Context, db *sqlx.DB, run int64) error {
	d, err := inquiry.Differences(ctx, db, run)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.stdout); err != nil {
		return err
	}
	for i := range d.Files {
		if d.Files[i].Outcome != string(bureau.Replaced) {
			continue
		}
		copies, err := bureau.Copies(ctx, db, d.Files[i].File)
		if err != nil {
			return err
		}
		a.tellCopies(d.Files[i].File, copies)
	}
	return printDifference(a.stdout, d, inquiry.DefaultLimit, fmt.Sprintf("furnisher runs diff %d", run))
}

// printDifference prints how an attempt differs from those before it, at most so many loans and records; rest lists
// the others.
func printDifference(w io.Writer, d *inquiry.Difference, most int, rest string) error {
	if _, err := fmt.Fprintf(w, "run %d, attempt %d at %s: differences from the attempt before\n", d.Run, d.Attempt, d.BusinessDate); err != nil {
		return err
	}
	if len(d.Moves) > 0 {
		rows := make([][]any, min(len(d.Moves), most))
		for i, m := range d.Moves[:len(rows)] {
			rows[i] = []any{m.LoanID, strings.ToLower(m.State) + " status", dash(m.From), m.To, m.Rule, compact(m.Facts)}
		}
		if err := printTitled(w, "loans", []string{"loan", "what", "from", "to", "rule", "facts"}, rows); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintln(w, "no state of a loan differs"); err != nil {
		return err
	}
	if len(d.Files) > 0 {
		rows := make([][]any, len(d.Files))
		for i := range d.Files {
			f := &d.Files[i]
			rows[i] = []any{f.File, reporter(f.Program, f.Destination), f.AsOf, f.Outcome, shown(f.NewFile), f.Added, f.Removed, f.Changed, f.OldSHA256[:12], dash(f.NewSHA256[:min(12, len(f.NewSHA256))])}
		}
		if err := printTitled(w, "files", []string{">file", "program", "as of", "outcome", ">new file", ">added", ">removed", ">changed", "SHA-256 old", "new"}, rows); err != nil {
			return err
		}
	}
	if len(d.Records) == 0 {
		return printMore(w, d, most, rest)
	}
	rows := make([][]any, min(len(d.Records), most))
	for i := range rows {
		r := &d.Records[i]
		from, to := tradelineWords(r.From, r.FromPastDue, r.FromDOFD), tradelineWords(r.To, r.ToPastDue, r.ToDOFD)
		if to == from {
			to = "the same, but for the fields"
		}
		rows[i] = []any{r.File, r.LoanID, r.Change, from, to, strings.Join(r.Fields, ", ")}
	}
	if err := printTitled(w, "records", []string{">file", "loan", "change", "from", "to", "fields"}, rows); err != nil {
		return err
	}
	return printMore(w, d, most, rest)
}

// printMore says how the rest is listed.
func printMore(w io.Writer, d *inquiry.Difference, most int, rest string) error {
	if len(d.Moves) <= most && len(d.Records) <= most {
		return nil
	}
	_, err := fmt.Fprintf(w, "the first %d are listed; %s lists all loans, and up to %d records of each file\n", most, rest, bureau.MaxDifferences)
	return err
}
