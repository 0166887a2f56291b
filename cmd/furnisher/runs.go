package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) runsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "runs", Short: "list the runs", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Run]{
					name: "runs", command: "furnisher runs", heading: []string{">run", "business date", "state", ">changed", ">files", ">exceptions", "started", "who", "why", "stopped because"}, row: runRow,
					read: func(p inquiry.Page) (inquiry.List[inquiry.Run], error) { return inquiry.Runs(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.runsShowCommand(), a.runsDiffCommand(), a.runsAbandonCommand())
	return c
}

func runRow(r *inquiry.Run) []any {
	date := r.BusinessDate.String()
	if r.Attempt > 1 {
		date += fmt.Sprintf(" again (%d)", r.Attempt)
	}
	return []any{r.Run, date, r.State, r.Changed, r.Files, r.Exceptions, r.Started.UTC().Format(timeLayout), r.Who, r.Why, r.StoppedBecause}
}

func (a *app) runsShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show RUN", Short: "show a run: its steps, files and exceptions", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			run, err := runNumber(args[0])
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				summary, err := batch.LoadSummary(ctx, db, run)
				if err != nil {
					return noSuchRun(run, err)
				}
				if asJSON {
					return printJSON(a.stdout, summary)
				}
				return printSummary(a.stdout, summary)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) runsAbandonCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "abandon RUN --reason TEXT", Short: "take back an unfinished run that changed nothing", Args: cobra.ExactArgs(1),
		Long: `Takes back an unfinished run in which no chunk changed anything, as after a mistyped date, with the files that it only
planned. Its date can be run again, and so can an earlier one. A run that changed a loan or made a file cannot be taken back.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			run, err := runNumber(args[0])
			if err != nil {
				return err
			}
			if strings.TrimSpace(reason) == "" {
				return &ending{err: errors.New("--reason is missing"), code: exitUsage, hint: fmt.Sprintf("furnisher runs abandon %d --reason TEXT", run)}
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				if err := a.runner(db, night{}).Abandon(ctx, run, reason); err != nil {
					return noSuchRun(run, err)
				}
				if a.settings.quiet {
					return nil
				}
				_, err := fmt.Fprintf(a.stdout, "run %d is abandoned\n", run)
				return err
			})
		}),
	}
	c.Flags().StringVar(&reason, "reason", "", "why the run is taken back, for the ledger")
	return c
}

func runNumber(arg string) (int64, error) {
	run, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return 0, &ending{err: fmt.Errorf("%q is not the number of a run", arg), code: exitUsage, hint: "furnisher runs"}
	}
	return run, nil
}

// noSuchRun says so of a run that is not there; other errors it leaves as they are.
func noSuchRun(run int64, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &ending{err: fmt.Errorf("there is no run %d", run), code: exitFailed, hint: "furnisher runs"}
	}
	return err
}
