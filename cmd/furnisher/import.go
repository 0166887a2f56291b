package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/servicing"
)

// shownRejects is how many quarantined rows the table form lists.
const shownRejects = 20

func (a *app) importCommand() *cobra.Command {
	maxBad := boundFlag{percent: intake.Options{}.WithDefaults().MaxBadPercent}
	var asJSON, check bool
	c := &cobra.Command{
		Use: "import DIR", Short: "import a servicing extract, all of it or nothing", Args: cobra.ExactArgs(1),
		Long: `Imports the CSV files of DIR in one transaction. Bad rows are quarantined and listed. A file with a wrong header or too
many bad rows is refused, and the whole import with it. Importing the same extract again changes nothing. With --dry-run
everything is done but the last step: the same summary and exit status, and nothing is stored; keys of new rows are used up.
It holds the book as an import does (exit status 5 beside a run), and carries out no removals. --check is its old name.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			o := intake.Options{Dir: args[0], MaxBadPercent: maxBad.percent, MaxBadRows: maxBad.rows, Check: check, Now: a.now}
			return a.withDatabase(ctx, func(db *database.Database) error { return a.intake(ctx, db, o, asJSON) })
		}),
	}
	c.Flags().Var(&maxBad, "max-bad", "percentage of a file's rows that may be bad, and how many may be bad whatever their share")
	c.Flags().BoolVar(&check, "dry-run", false, "check the extract and store nothing")
	c.Flags().BoolVar(&check, "check", false, "the same as --dry-run")
	c.Flags().Lookup("check").Hidden = true
	jsonFlag(c, &asJSON)
	return c
}

// intake imports or checks an extract and prints what came of it.
func (a *app) intake(ctx context.Context, db *database.Database, o intake.Options, asJSON bool) error {
	var done func() error
	o.Progress, done = a.progress(!asJSON)
	o.Direct = db.Direct
	var err error
	if o.Vault, err = a.vault(ctx, db); err != nil {
		return errors.Join(err, done())
	}
	summary, err := intake.Import(ctx, db.DB, o)
	err = errors.Join(err, done())
	var refused *intake.RefusedError
	if errors.As(err, &refused) && asJSON {
		return errors.Join(err, printJSON(a.stdout, map[string]any{
			"refused": refused.File, "reason": refused.Reason, "rejects": refused.Rejects,
		}))
	}
	if errors.As(err, &refused) && len(refused.Rejects) > 0 {
		return errors.Join(err, printTitled(a.stderr, titleRejects, headRejects, rejectRows(refused.Rejects)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &ending{err: err, code: exitFailed, hint: "furnisher import DIR, where DIR holds the CSV files of the extract"}
	}
	if err != nil {
		return err
	}
	var removals *servicing.Removals
	if !o.Check { // committed before: each removal stands by itself, and the next import goes on where this one was interrupted
		desk := a.desk(db.DB)
		desk.Vault = o.Vault
		removals, err = desk.RemoveRequested(ctx, servicing.Order{By: a.who(), Why: "customer_removals.csv"})
		if err != nil {
			err = fmt.Errorf("import %d is done, but not the removals that it asks for: %w", summary.Import, err)
			err = &ending{err: err, hint: "furnisher customers remove --from-import"}
		}
	}
	if err := errors.Join(err, a.printImport(summary, removals, o.Check, asJSON)); err != nil {
		return err
	}
	switch {
	case removals != nil && removals.Refused > 0 && summary.Rejected == 0:
		return removalsEnd(removals)
	case summary.Rejected > 0 && o.Check:
		return &ending{err: fmt.Errorf("bad rows: %d; nothing was stored", summary.Rejected), code: exitExceptions, hint: "correct those rows in the extract"}
	case summary.Rejected > 0:
		return &ending{err: fmt.Errorf("rows quarantined: %d; all other rows were imported", summary.Rejected), code: exitExceptions, hint: "correct those rows in the extract and import it again; what was imported stays as it is"}
	}
	return nil
}

func (a *app) printImport(s *intake.Summary, removals *servicing.Removals, check, asJSON bool) error {
	if removals != nil && removals.Removed+removals.Refused == 0 {
		removals = nil
	}
	switch {
	case asJSON && removals != nil:
		return printJSON(a.stdout, struct {
			*intake.Summary
			Removals *servicing.Removals `json:"removals"`
		}{s, removals})
	case asJSON:
		return printJSON(a.stdout, s)
	case a.settings.quiet:
		return nil
	}
	rows := make([][]any, len(s.Files))
	for i, f := range s.Files {
		rows[i] = []any{f.File, f.Rows, f.Inserted, f.Updated, f.Unchanged, f.Rejected}
	}
	if err := printTable(a.stdout, []string{"file", ">rows", ">inserted", ">updated", ">unchanged", ">rejected"}, rows); err != nil {
		return err
	}
	done := fmt.Sprintf("import %d done in %.1f s", s.Import, s.Seconds)
	if check {
		done = fmt.Sprintf("checked in %.1f s, nothing was stored", s.Seconds)
	}
	if _, err := fmt.Fprintln(a.stdout, done); err != nil {
		return err
	}
	if s.Removed > 0 {
		if _, err := fmt.Fprintf(a.stdout, "rows of removed customers: %d; they are not taken in (CD2)\n", s.Removed); err != nil {
			return err
		}
	}
	if removals != nil {
		if err := printRemovals(a.stdout, removals); err != nil {
			return err
		}
	}
	if len(s.Rejects) == 0 {
		return nil
	}
	first := s.Rejects[:min(len(s.Rejects), shownRejects)]
	if err := printTitled(a.stdout, titleRejects, headRejects, rejectRows(first)); err != nil || s.RejectsNotKept == 0 {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%d more rows were rejected; only the first %d of an import are kept\n", s.RejectsNotKept, len(s.Rejects))
	return err
}

// What heads a table of rejected rows.
const titleRejects = "rejected rows"

var headRejects = []string{"file", ">line", "column", "value", "reason"}

func rejectRows(rejects []intake.Reject) [][]any {
	rows := make([][]any, len(rejects))
	for i, r := range rejects {
		rows[i] = []any{r.File, r.Line, dash(r.Column), r.ValueClass, r.Reason}
	}
	return rows
}

// progress returns a function that shows how far an import has come, and one that removes the display. Without a
// terminal there is none.
func (a *app) progress(wanted bool) (show func(file string, read, total int64), done func() error) {
	if !wanted || a.settings.quiet || !onTerminal(a.stderr) {
		return nil, func() error { return nil }
	}
	var bar *progressbar.ProgressBar
	var present string
	show = func(file string, read, total int64) {
		if file != present {
			present, bar = file, newBar(a.stderr, file, total)
		}
		bar.Set64(read) //nolint:errcheck // a progress bar that cannot be drawn is no reason to stop
	}
	return show, func() error {
		if bar == nil {
			return nil
		}
		return bar.Clear()
	}
}

func newBar(w io.Writer, name string, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name), progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}
