package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) filePurgeCommand() *cobra.Command {
	var before dateFlag
	var why string
	var dryRun, asJSON bool
	c := &cobra.Command{
		Use: "purge [--before DATE] --why TEXT", Short: "remove what is personal of files whose retention is over", Args: cobra.NoArgs,
		Long: `Removes what is personal of the files that were sent, voided or rejected and are older than the retention of their program
(retention_months of programs.csv): the file on the disk, wherever it was moved, what was encrypted of it and not delivered, and the
records from which files rebuild makes it again. Its SHA-256, its counts, its ledger and what it said of each account (explain) stay:
they have no personal field. explain, files show and files rebuild say when it was purged, and by whom.

The last files that count of a destination, and those of the 31 days before, are kept: the next one is compared with them. A file that
tells of a customer under legal hold stays whole, and is listed. Copies in folders from which people send are listed for them to
remove. It needs a supervisor, and cannot be undone; a purge that was cut off is finished by the same command.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if why == "" && !dryRun {
				return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: "furnisher files purge --why TEXT, or --dry-run"}
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			dir, err := a.filesDir()
			if err != nil {
				return err
			}
			p := bureau.Purging{
				On: rules.DateOf(a.now()), Before: rules.Date(before), Who: a.who(), Why: why, Authority: authority,
				Outgoing: filepath.Join(dir, bureau.Outgoing), Preview: dryRun,
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				done, err := bureau.Purge(ctx, db, p, a.now())
				if asJSON {
					return errors.Join(err, printJSON(a.stdout, done))
				}
				return errors.Join(err, a.printPurged(done, dryRun))
			})
		}),
	}
	c.Flags().Var(&before, "before", "only files as of dates before it")
	c.Flags().StringVar(&why, "why", "", "reason, for the ledger")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say which, and purge none")
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printPurged(done []bureau.Purged, dryRun bool) error {
	purged, held := 0, 0
	rows := make([][]any, len(done))
	for i, f := range done {
		what := "purged"
		switch {
		case f.Held:
			what = "stays: legal hold"
			held++
		case dryRun:
			what = "would be purged"
		}
		if !f.Held {
			purged++
		}
		rows[i] = []any{f.File, f.AsOf, f.State, f.RetainedUntil, f.Records, f.SHA256[:12], f.Name, what}
	}
	if len(rows) > 0 {
		if err := printTable(a.stdout, []string{">file", "as of", "state", "retained until", ">records", "SHA-256", "name", ""}, rows); err != nil {
			return err
		}
	}
	for _, f := range done {
		for _, path := range f.Copies {
			a.tell(labelNote, fmt.Sprintf("a copy of file %d lies in a folder from which people send: remove %s", f.File, shellWord(path)))
		}
	}
	said := "purged"
	if dryRun {
		said = "to be purged; nothing was changed"
	}
	return a.say("files whose retention is over: %d %s, %d under legal hold\n", purged, said, held)
}

// purgedText says that what is personal of a file is gone.
func purgedText(at *time.Time, by string) string {
	return fmt.Sprintf("it was purged on %s by %s (files purge)", at.UTC().Format(time.DateOnly), by)
}
