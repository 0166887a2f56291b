package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) exceptionsCommand() *cobra.Command {
	var run int64
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "exceptions", Short: "list the loans that a run could not decide", Args: cobra.NoArgs,
		Long: `Lists the loans that a run could not decide, with the step, the code and the details. Every run tries them again;
a later run that succeeds is shown as the one that resolved it. Without --run the newest run is listed.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				if run == 0 {
					last, err := inquiry.LastRun(ctx, db)
					if err != nil {
						return err
					}
					if last == 0 {
						return &ending{err: errors.New("there is no run yet"), code: exitFailed, hint: hintDate}
					}
					run = last
				}
				return printList(a, listing[inquiry.OpenException]{
					name: "exceptions", command: fmt.Sprintf("furnisher exceptions --run %d", run),
					heading: []string{"loan", "step", "code", ">since run", ">resolved by run", "detail"},
					row: func(e *inquiry.OpenException) []any {
						return []any{e.LoanID, e.Step, e.Code, e.FirstRun, shown(e.ResolvedRun), e.Detail}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.OpenException], error) {
						return inquiry.Exceptions(ctx, db, run, p)
					},
				}, p, asJSON)
			})
		}),
	}
	c.Flags().Int64Var(&run, "run", 0, "list the exceptions of this run; default the newest")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
