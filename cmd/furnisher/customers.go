package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) customersCommand() *cobra.Command {
	return group("customers", "find and delete customers, and list those who may be deleted", a.customersRemoveCommand(), a.customersEligibleCommand(), a.customersFindCommand())
}

func (a *app) customersRemoveCommand() *cobra.Command {
	var o orderFlags
	var r servicing.RemoveRequest
	var fromImport bool
	c := &cobra.Command{
		Use: "remove (CUSTOMER | --from-import)", Short: "delete a customer: erase personal data for good", Args: cobra.MaximumNArgs(1),
		Long: `Erases a customer's name, numbers, addresses and employer, also from what nights keep packed. It cannot be undone, and the next
extract does not bring the person back. Loans, payments, an anonymous key and files that were written stay. In the notes of
corrections, answers, disputes and findings the name, the numbers, the street and the employer are replaced; reasons (--why) never
held them.

It is refused while a loan of the customer is open or still to be reported, under legal hold, and inside retention (the
program's retention_months, 36 by default, from the latest date closed of all loans). A request to be erased overrides retention
alone: name the reason and its approver, who is another person than you.

--from-import carries out what customer_removals.csv asked for and an import could not finish. A row that is refused stops no
other; it stays refused until it is sent again.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			hint := hintHelp("furnisher customers remove")
			if (len(args) == 1) == fromImport {
				return &ending{err: errors.New("name a customer, or give --from-import"), code: exitUsage, hint: hint}
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				desk := a.desk(db.DB)
				desk.Vault = v
				if desk.Authority, err = a.authority(); err != nil {
					return err
				}
				if fromImport {
					return a.removeRequested(ctx, desk, &o)
				}
				r.Order, r.CustomerID = a.order(&o), args[0]
				done, err := desk.RemoveCustomer(ctx, r)
				switch {
				case errors.Is(err, servicing.ErrRefused):
					return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher customers eligible lists who may be removed"}
				case errors.Is(err, servicing.ErrUnknown):
					return &ending{err: err, code: exitFailed, hint: "check the id; nothing was changed"}
				case err != nil:
					return err
				}
				return a.told(&o, done.Receipt, done, "customer %s is removed; loans that stay: %d", done.CustomerID, len(done.Loans))
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&r.Approver, "approver", "", "who approved a request to be erased")
	f.StringVar(&r.ErasureReason, "erasure-reason", "", "reason of a request to be erased, such as the law and its number")
	f.BoolVar(&fromImport, "from-import", false, "carry out the requests of customer_removals.csv")
	o.flags(c)
	return c
}

// removeRequested carries out the requests of customer_removals.csv and prints what came of them.
func (a *app) removeRequested(ctx context.Context, desk *servicing.Desk, o *orderFlags) error {
	done, err := desk.RemoveRequested(ctx, a.order(o))
	if err != nil {
		return err
	}
	if o.json {
		err = printJSON(a.stdout, done)
	} else if !a.settings.quiet {
		if o.dryRun {
			fmt.Fprintln(a.stdout, "dry run, nothing was changed") //nolint:errcheck // printRemovals meets the same error
		}
		err = printRemovals(a.stdout, done)
	}
	if err != nil {
		return err
	}
	return removalsEnd(done)
}

// removalsEnd is the exit status of removals of which some were refused.
func removalsEnd(done *servicing.Removals) error {
	if done.Refused == 0 {
		return nil
	}
	return &ending{
		err: fmt.Errorf("removals refused: %d; all others were carried out", done.Refused), code: exitExceptions,
		hint: "furnisher customers eligible lists who may be removed; a refused row is looked at again when it is sent again",
	}
}

func printRemovals(w io.Writer, done *servicing.Removals) error {
	if len(done.Rows) > 0 {
		rows := make([][]any, len(done.Rows))
		for i, r := range done.Rows {
			rows[i] = []any{r.CustomerID, map[bool]string{true: "removed", false: "refused"}[r.Removed], dash(r.Why)}
		}
		if err := printTitled(w, "customers to be removed", []string{"customer", "outcome", "reason"}, rows); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "customers removed: %d, refused: %d\n", done.Removed, done.Refused)
	return err
}

func (a *app) customersEligibleCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	var asOf dateFlag
	c := &cobra.Command{
		Use: "eligible [--as-of DATE]", Short: "list the customers who may be deleted", Args: cobra.NoArgs,
		Long: `Lists the customers who may be deleted as of a date, and the night that found it first, if nights list them (run --eligible): none of their loans is open or still to
be reported, they are not under legal hold, and retention is over. A customer without a loan has nothing to be retained for.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if asOf == 0 {
				asOf = dateFlag(rules.DateOf(a.now()))
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[servicing.Eligible]{
					name: "customers", command: "furnisher customers eligible --as-of " + asOf.String(),
					heading: []string{"customer", ">loans", "retained until", "listed by the night of"},
					row: func(e *servicing.Eligible) []any {
						return []any{e.CustomerID, e.Loans, dash(e.RetainedUntil), dash(e.ListedOn)}
					},
					read: func(p inquiry.Page) (inquiry.List[servicing.Eligible], error) {
						return a.eligible(ctx, db, rules.Date(asOf), p)
					},
				}, p, asJSON)
			})
		}),
	}
	c.Flags().Var(&asOf, "as-of", "date (default: today)")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

// eligible reads a page of the list of customers who may be deleted. Its keys are numbers of the book.
func (a *app) eligible(ctx context.Context, db *sqlx.DB, asOf rules.Date, p inquiry.Page) (list inquiry.List[servicing.Eligible], err error) {
	after := int64(0)
	if p.After != "" {
		if after, err = strconv.ParseInt(p.After, 10, 64); err != nil {
			return list, fmt.Errorf("%w: the list has no key %q", inquiry.ErrBadPage, p.After)
		}
	}
	page, next, err := a.desk(db).EligibleCustomers(ctx, asOf, after, p.Limit)
	list.Rows = page
	if next != 0 {
		list.Next = strconv.FormatInt(next, 10)
	}
	return list, err
}
