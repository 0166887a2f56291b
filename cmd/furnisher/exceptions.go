package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) exceptionsCommand() *cobra.Command {
	var run int64
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "exceptions", Short: "list the loans that nights could not decide", Args: cobra.NoArgs,
		Long: `Lists the loans that nights could not decide and that no later night resolved, with the step, the code, the date on which each was
first seen, the nights since then, and what a person noted. Every run tries them again. With --run it lists those of one run, and
which later run resolved each.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				command := "furnisher exceptions"
				if run != 0 {
					command = fmt.Sprintf("furnisher exceptions --run %d", run)
				}
				return printList(a, listing[inquiry.OpenException]{
					name: "exceptions", command: command,
					heading: []string{"loan", "step", "code", "first seen", ">nights waited", ">resolved by run", "noted", "detail"},
					row: func(e *inquiry.OpenException) []any {
						return []any{e.LoanID, e.Step, e.Code, e.FirstSeen, e.NightsWaited, shown(e.ResolvedRun), noted(e), e.Detail}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.OpenException], error) {
						return inquiry.Exceptions(ctx, db, run, p)
					},
				}, p, asJSON)
			})
		}),
	}
	numberFlag(c.Flags(), &run, "run", 1, 0, "list the exceptions of this run; default all that are open")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.exceptionShowCommand(), a.exceptionResolveCommand())
	return c
}

// noted is a person's note on an exception, and that it came again since.
func noted(e *inquiry.OpenException) string {
	switch {
	case e.NoteWho == nil:
		return "-"
	case e.Again():
		return fmt.Sprintf("listed again after %s: %s", *e.NoteWho, *e.NoteWhy)
	}
	return fmt.Sprintf("%s: %s", *e.NoteWho, *e.NoteWhy)
}

func (a *app) exceptionShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show LOAN", Short: "show the nights that could not decide a loan, and what people noted", Args: cobra.ExactArgs(1),
		Long: `Shows every night that could not decide a loan, and what people noted on that. LOAN is the loan's id or its account number.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				s, err := inquiry.ShowExceptions(ctx, db, args[0])
				switch {
				case errors.Is(err, inquiry.ErrNotFound):
					return &ending{err: err, code: exitFailed, hint: "furnisher exceptions"}
				case errors.Is(err, inquiry.ErrSeveral):
					return &ending{err: err, code: exitFailed, hint: "furnisher exceptions show LOAN, with the loan's id"}
				case err != nil:
					return err
				case asJSON:
					return printJSON(a.stdout, s)
				}
				return a.printLoanExceptions(s)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printLoanExceptions(s *inquiry.LoanExceptions) error {
	if len(s.Exceptions) == 0 {
		return a.say("loan %s: every night could decide it\n", s.LoanID)
	}
	err := a.say("loan %s\n", s.LoanID)
	if err == nil {
		err = printTitled(a.stdout, "exceptions", []string{">run", "night", "step", "code", "detail", ">since run", ">resolved by run"}, exceptionRows(s.Exceptions))
	}
	if err != nil || len(s.Notes) == 0 {
		return err
	}
	rows := make([][]any, len(s.Notes))
	for i, n := range s.Notes {
		rows[i] = []any{n.At.UTC().Format(timeLayout), n.Step, n.Code, n.Run, n.Who, n.Why}
	}
	return printTitled(a.stdout, "notes", []string{"at", "step", "code", ">after run", "who", "why"}, rows)
}

func (a *app) exceptionResolveCommand() *cobra.Command {
	var code, reason string
	var dryRun, asJSON bool
	c := &cobra.Command{
		Use: "resolve LOAN --reason TEXT [--code CODE]", Short: "note that a loan's exceptions were seen to", Args: cobra.ExactArgs(1),
		Long: `Notes that a supervisor has seen to a loan's open exceptions, and why. It decides nothing about the loan: the next night looks at it
again, and lists it again, after the note, if it still cannot decide it. An exception that nights list only once is then off the list.
Correct the data first: by an import, or furnisher status, corrections or servicing.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if reason == "" {
				return &ending{err: errors.New("--reason is missing"), code: exitUsage, hint: fmt.Sprintf("furnisher exceptions resolve %s --reason TEXT", shellWord(args[0]))}
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				desk := a.desk(db)
				desk.Authority = authority
				order := servicing.Order{By: a.who(), Why: reason, DryRun: dryRun}
				done, err := desk.ResolveExceptions(ctx, servicing.ResolveRequest{Order: order, LoanID: args[0], Code: code})
				if errors.Is(err, servicing.ErrRefused) {
					return &ending{err: err, code: exitFailed, hint: fmt.Sprintf("nothing was changed; furnisher exceptions show %s", shellWord(args[0]))}
				}
				if err != nil {
					return err
				}
				about := make([]string, len(done.Resolved))
				for i, e := range done.Resolved {
					about[i] = e.Step + " " + e.Code
				}
				return a.told(&orderFlags{json: asJSON}, done.Receipt, done, "loan %s: noted on %s; the next night looks at the loan again",
					done.LoanID, strings.Join(about, ", "))
			})
		}),
	}
	c.Flags().StringVar(&reason, "reason", "", "what was done about them, for the ledger")
	c.Flags().StringVar(&code, "code", "", "only the exception of this code; default all that are open")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "do everything, show it, and take it back")
	jsonFlag(c, &asJSON)
	return c
}
