package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
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
	c.AddCommand(a.runsShowCommand())
	return c
}

func runRow(r *inquiry.Run) []any {
	return []any{r.Run, r.BusinessDate, r.State, r.Changed, r.Files, r.Exceptions, r.Started.UTC().Format(timeLayout), r.Who, r.Why, r.StoppedBecause}
}

func (a *app) runsShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show RUN", Short: "show a run: its steps, files and exceptions", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			run, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &ending{err: fmt.Errorf("%q is not the number of a run", args[0]), code: exitUsage, hint: "furnisher runs"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				summary, err := batch.LoadSummary(ctx, db, run)
				if errors.Is(err, sql.ErrNoRows) {
					return &ending{err: fmt.Errorf("there is no run %d", run), code: exitFailed, hint: "furnisher runs"}
				}
				if err != nil {
					return err
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
