package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
)

// keepVariable holds how many months the records of files are kept.
const keepVariable = "FURNISHER_KEEP_RECORDS"

// leastKept is how many months they are kept at least: the next files go by those of the last month.
const leastKept = 2

func (a *app) fileTrimCommand() *cobra.Command {
	var months, why string
	var dryRun, asJSON bool
	c := &cobra.Command{
		Use: "trim [--older-than MONTHS] --why TEXT", Short: "let the kept records of old files go", Args: cobra.NoArgs,
		Long: `Lets the records go from which files rebuild makes a file again: of files as of dates that are older than so many months, and that
were sent, voided or rejected. What a file said of each account (explain), its SHA-256 and its ledger stay, and so does the file where
it lies. The last files that count of a destination, and those of the 31 days before, are kept: the next one is compared with them. It
needs a supervisor, and cannot be undone. Without --older-than the setting keep_records says how many months; no night does it by itself.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			before, err := a.trimBefore(months)
			if err != nil {
				return err
			}
			if why == "" && !dryRun {
				return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: "furnisher files trim --older-than MONTHS --why TEXT"}
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				done, err := bureau.Trim(ctx, db, bureau.Trimming{Before: before, Who: a.who(), Why: why, Authority: authority, Preview: dryRun}, a.now())
				if asJSON {
					return errors.Join(err, printJSON(a.stdout, done))
				}
				return errors.Join(err, a.printTrimmed(done, before, dryRun))
			})
		}),
	}
	c.Flags().StringVar(&months, "older-than", "", "months; default "+keepVariable)
	c.Flags().StringVar(&why, "why", "", "reason, for the ledger")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say which, and let none go")
	jsonFlag(c, &asJSON)
	return c
}

// trimBefore is the first calendar date that is kept.
func (a *app) trimBefore(months string) (rules.Date, error) {
	if months == "" {
		months = a.getenv(keepVariable)
	}
	n, err := strconv.Atoi(months)
	if err != nil || n < leastKept {
		return 0, &ending{
			err:  fmt.Errorf("--older-than is %q, not a number of months from %d on", months, leastKept),
			code: exitUsage, hint: "furnisher files trim --older-than 84 --dry-run",
		}
	}
	return rules.DateOf(a.now()).AddMonths(-n), nil
}

func (a *app) printTrimmed(done []bureau.Trimmed, before rules.Date, dryRun bool) error {
	var bytes int64
	rows := make([][]any, len(done))
	for i, f := range done {
		rows[i] = []any{f.File, f.AsOf, f.State, f.Records, f.Bytes, f.SHA256[:12], f.Name}
		bytes += f.Bytes
	}
	if len(rows) > 0 {
		if err := printTable(a.stdout, []string{">file", "as of", "state", ">records", ">bytes", "SHA-256", "name"}, rows); err != nil {
			return err
		}
	}
	what := "were let go"
	if dryRun {
		what = "would be let go; nothing was changed"
	}
	return a.say("files before %s: %d, whose records of %d bytes %s\n", before, len(done), bytes, what)
}
