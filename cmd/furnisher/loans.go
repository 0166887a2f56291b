package main

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) loansCommand() *cobra.Command {
	var p pageFlags
	var wanted inquiry.LoanFilter
	var asJSON bool
	c := &cobra.Command{
		Use: "loans", Short: "list the loans and their states", Args: cobra.NoArgs,
		Long: `Lists the state of each loan in the order in which the loans came into the book. With --json it prints one document,
one loan a line, and the key to give to --after for the next page. --status takes a status, its level or its sub-status.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Loan]{
					name: "loans", command: "furnisher loans" + filterWords(&wanted),
					heading: []string{"loan", "account", "status", "since", "closed on", "servicing", "stop reason"},
					row:     loanRow,
					read:    func(p inquiry.Page) (inquiry.List[inquiry.Loan], error) { return inquiry.Loans(ctx, db, wanted, p) },
				}, p, asJSON)
			})
		}),
	}
	c.Flags().StringVar(&wanted.Status, "status", "", "only loans of this status, level or sub-status, such as ACTIVE, CLOSED or PAID_OFF")
	c.Flags().StringVar(&wanted.Servicing, "servicing", "", "only loans that are SERVICING or NOT_SERVICING")
	c.Flags().StringVar(&wanted.Program, "program", "", "only loans of this program")
	c.Flags().StringVar(&wanted.Product, "product", "", "only loans of this product")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

// filterWords are the flags that ask for the same loans.
func filterWords(f *inquiry.LoanFilter) (words string) {
	for _, w := range []struct{ flag, value string }{
		{"status", f.Status}, {"servicing", f.Servicing}, {"program", f.Program}, {"product", f.Product},
	} {
		if w.value != "" {
			words += " --" + w.flag + " " + shellWord(w.value)
		}
	}
	return words
}

func loanRow(l *inquiry.Loan) []any {
	return []any{l.LoanID, l.AccountNumber, l.Status, l.StatusSince, shown(l.ClosedOn), l.ServicingStatus, shown(l.StopReason)}
}

func (a *app) exclusionsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "exclusions FILE", Short: "list the loans that a file left out, and why", Args: cobra.ExactArgs(1),
		Long: `Lists the loans that a file left out, with the reason and the rule. FILE is the number of a file, its name or its path.
Account numbers are masked but for the last four characters.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				file, err := fileNumber(ctx, db, args[0])
				if err != nil {
					return err
				}
				return printList(a, listing[inquiry.Exclusion]{
					name: "exclusions", command: fmt.Sprintf("furnisher exclusions %d", file),
					heading: []string{"loan", "account", "reason", "rule", "detail"},
					row:     func(x *inquiry.Exclusion) []any { return []any{x.LoanID, x.AccountNumber, x.Reason, x.Rule, x.Detail} },
					read: func(p inquiry.Page) (inquiry.List[inquiry.Exclusion], error) {
						return inquiry.Exclusions(ctx, db, file, p)
					},
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
