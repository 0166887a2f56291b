package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) importsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "imports", Short: "list the imports and what became of their rows", Args: cobra.NoArgs,
		Long: `Lists the imports, newest first, with what became of their rows. imports show lists the rows that one did not take.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Import]{
					name: "imports", command: "furnisher imports",
					heading: []string{">import", "finished", ">files", ">rows", ">inserted", ">updated", ">unchanged", ">rejected", "directory"},
					row: func(i *inquiry.Import) []any {
						return []any{i.Import, i.FinishedAt.UTC().Format(timeLayout), i.Files, i.Rows, i.Inserted, i.Updated, i.Unchanged, i.Rejected, i.Directory}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Import], error) { return inquiry.Imports(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.importShowCommand())
	return c
}

func (a *app) importShowCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "show IMPORT", Short: "list the rows that an import did not take", Args: cobra.ExactArgs(1),
		Long: `Shows the files of an import, then the rows that it did not take, with the column, the kind of value that stood there and the
reason; never the value itself. --json and --csv print the rows alone.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			number, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &ending{err: fmt.Errorf("%q is not the number of an import", args[0]), code: exitUsage, hint: "furnisher imports"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				imported, files, err := inquiry.ShowImport(ctx, db, number)
				if errors.Is(err, inquiry.ErrNotFound) {
					return &ending{err: err, code: exitFailed, hint: "furnisher imports"}
				}
				if err == nil && !asJSON && !p.asCSV {
					err = a.printImported(&imported, files)
				}
				if err != nil {
					return err
				}
				return printList(a, listing[inquiry.Reject]{
					name: "rejects", command: fmt.Sprintf("furnisher imports show %d", number),
					heading: []string{"file", ">line", "column", "value", "reason"},
					row:     func(r *inquiry.Reject) []any { return []any{r.File, r.Line, r.Column, r.ValueClass, r.Reason} },
					read: func(p inquiry.Page) (inquiry.List[inquiry.Reject], error) {
						return inquiry.Rejects(ctx, db, number, p)
					},
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printImported(i *inquiry.Import, files []inquiry.ImportFile) error {
	if err := a.say("import %d of %s, finished %s\n", i.Import, i.Directory, i.FinishedAt.UTC().Format(timeLayout)); err != nil {
		return err
	}
	rows := make([][]any, len(files))
	for k, f := range files {
		rows[k] = []any{f.File, f.Rows, f.Inserted, f.Updated, f.Unchanged, f.Rejected}
	}
	if err := printTitled(a.stdout, "files", []string{"file", ">rows", ">inserted", ">updated", ">unchanged", ">rejected"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.stdout, "\nrows not taken\n")
	return err
}

func (a *app) deletionsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	waiting := &cobra.Command{
		Use: "waiting", Short: "list the deletions that wait for open receivables", Args: cobra.NoArgs,
		Long: `Lists the loans that the last file of each destination that has not ended left out because their deletion waits until nothing is open any more, with
what it waits for and since which file.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Waiting]{
					name: "deletions", command: "furnisher deletions waiting",
					heading: []string{"loan", "account", ">file", "as of", "waits since", "terminated on", "waits for"},
					row: func(w *inquiry.Waiting) []any {
						return []any{w.LoanID, w.AccountNumber, w.File, w.AsOf, w.Since, shown(w.TerminatedOn), w.Detail}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Waiting], error) {
						return inquiry.WaitingDeletions(ctx, db, p)
					},
				}, p, asJSON)
			})
		}),
	}
	p.flags(waiting.Flags())
	jsonFlag(waiting, &asJSON)
	return group("deletions", "list the deletions that wait", waiting)
}

func (a *app) reopenedCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "reopened", Short: "list the loans that were closed and are open again", Args: cobra.NoArgs,
		Long: `Lists the loans that were closed and are open again, with what reopened them. Schedules that were cancelled meanwhile do not come
back by themselves: a person sets them up again where they are wanted.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Reopened]{
					name: "loans", command: "furnisher reopened",
					heading: []string{"loan", "account", "status", "reopened on", "from", "cause", "rule", ">run", "servicing", "schedules cancelled"},
					row: func(r *inquiry.Reopened) []any {
						cancelled := "no"
						if r.Cancelled {
							cancelled = "yes"
						}
						return []any{r.LoanID, r.AccountNumber, r.Status, r.ReopenedOn, r.From, r.Cause, r.Rule, shown(r.Run), r.ServicingStatus, cancelled}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Reopened], error) { return inquiry.ReopenedLoans(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
