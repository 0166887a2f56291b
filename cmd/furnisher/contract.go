package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) contractCommand() *cobra.Command {
	return group("contract", "terminate a loan's contract, undo that, and see what it waits for",
		a.contractTerminateCommand(), a.contractUndoCommand(), a.contractRescindCommand(), a.contractReceivablesCommand(),
		a.contractSettleCommand("pay", "AMOUNT", rules.Pay, "pay something of what a terminated loan owes"),
		a.contractSettleCommand("waive", "AMOUNT", rules.Waive, "waive something of what a terminated loan owes"),
		a.contractSettleCommand("reverse", "TRANSACTION", rules.Reverse, "reverse a transaction by which a terminated loan owes something"))
}

func (a *app) contractTerminateCommand() *cobra.Command {
	var o orderFlags
	var r servicing.TerminateRequest
	var on dateFlag
	c := &cobra.Command{
		Use: "terminate LOAN (--reason REASON | --source SOURCE | --report-as-deleted CODE) --why TEXT", Args: cobra.ExactArgs(1),
		Short: "terminate a loan's contract, or report the loan as deleted",
		Long: `Terminates the contract of a loan: the next file tells of it. ERRO deletes the account at the bureaus as soon as nothing of the loan is
open (furnisher contract receivables LOAN lists what is), FRAD at once; both only if it was ever reported. A flat cancel (--source
FLTC), and a loan whose activity statuses are marked so, need a reason. --report-as-deleted DA or DF alone deletes the account while
the loan stays in servicing. What the lender sends again in an extract does not undo it.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher contract terminate", " "+shellWord(args[0]), &o, func(d *servicing.Desk, order servicing.Order) error {
				r.Order, r.LoanID, r.TerminatedOn = order, args[0], rules.Date(on)
				done, err := d.TerminateContract(ctx, r)
				if err != nil {
					return contractError(err)
				}
				t := done.Contract
				return a.told(&o, done.Receipt, done, "loan %s is terminated as of %s: source %s, reason %s, reported as deleted %s", done.LoanID,
					t.TerminatedOn, dash(t.Source), dash(t.Reason), dash(t.ReportAsDeleted))
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&r.Source, "source", "", "who or what terminates it; FLTC: a flat cancel")
	f.StringVar(&r.Reason, "reason", "", "an alias of the loan's program, or one of "+joinWords(rules.TerminationReasons()))
	f.StringVar(&r.ReportAsDeleted, "report-as-deleted", "", "DA or DF")
	f.Var(&on, "on", "date of the termination (default: the business date)")
	o.flags(c)
	return c
}

// contractError gives what the contract of a loan refuses a hint of its own.
func contractError(err error) error {
	if errors.Is(err, servicing.ErrRefused) {
		return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher loan LOAN shows the loan"}
	}
	return err
}

func (a *app) contractUndoCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "undo LOAN --why TEXT", Short: "take the termination of a loan back", Args: cobra.ExactArgs(1),
		Long: `Takes the termination of a loan back, with its report as deleted, as if it had never been. It is refused once a file that tells of it
was released, and as long as one that was not has not been voided.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher contract undo", " "+shellWord(args[0]), &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.UndoTermination(ctx, servicing.UndoTerminationRequest{Order: order, LoanID: args[0]})
				if err != nil {
					return contractError(err)
				}
				return a.told(&o, done.Receipt, done, "loan %s is not terminated any more; it was as of %s", done.LoanID, done.Contract.TerminatedOn)
			})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) contractRescindCommand() *cobra.Command {
	var o orderFlags
	var on dateFlag
	c := &cobra.Command{
		Use: "rescind LOAN --why TEXT", Short: "rescind the termination of a loan from a date on", Args: cobra.ExactArgs(1),
		Long: `Rescinds the termination of a loan: from the date on the account is reported as before it, with the comment that it is reinstated where
its collateral had been taken. The months before stay as they were reported. A deletion that was told stays.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher contract rescind", " "+shellWord(args[0]), &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.RescindTermination(ctx, servicing.RescindRequest{Order: order, LoanID: args[0], RescindedOn: rules.Date(on)})
				if err != nil {
					return contractError(err)
				}
				return a.told(&o, done.Receipt, done, "loan %s: the termination of %s is rescinded from %s on", done.LoanID,
					done.Contract.TerminatedOn, done.Contract.RescindedOn)
			})
		}),
	}
	c.Flags().Var(&on, "on", "first day on which it does not count (default: the business date)")
	o.flags(c)
	return c
}

// contractSettleCommand settles something of a terminated loan that is open: an amount, or a transaction.
func (a *app) contractSettleCommand(name, what string, how rules.Settling, short string) *cobra.Command {
	var o orderFlags
	var on dateFlag
	var id string
	c := &cobra.Command{
		Use: name + " LOAN " + what + " --why TEXT", Short: short, Args: cobra.ExactArgs(2),
		Long: `Posts a transaction of a terminated loan, so that its deletion at the bureaus need not wait for it (furnisher contract receivables LOAN
lists what is open). No more is paid or waived than is open, and only what the loan owes by is reversed, once. The next night decides
by it. If the lender's system posts the transaction, too, give its id there: the extract then does not post it a second time.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			r := servicing.SettleRequest{LoanID: args[0], How: how, TransactionID: id, EffectiveOn: rules.Date(on)}
			if how == rules.Reverse {
				r.Reverses = args[1]
			} else {
				amount, err := rules.ParseCents(args[1])
				if err != nil {
					return &ending{err: fmt.Errorf("%q is no amount", args[1]), code: exitUsage, hint: hintHelp("furnisher contract " + name)}
				}
				r.Amount = amount
			}
			return a.operation(ctx, "furnisher contract "+name, " "+shellWord(args[0])+" "+shellWord(args[1]), &o, func(d *servicing.Desk, order servicing.Order) error {
				r.Order = order
				done, err := d.Settle(ctx, r)
				if errors.Is(err, servicing.ErrRefused) || errors.Is(err, servicing.ErrUnknown) {
					return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher contract receivables " + shellWord(args[0]) + " lists what is open"}
				}
				if err != nil {
					return err
				}
				return a.told(&o, done.Receipt, done, "loan %s: %s %s of %s posted as %s; open: balance %s, charges not covered %s", done.LoanID, done.Type,
					done.Amount, done.EffectiveOn, done.TransactionID, done.Balance, done.Charges)
			})
		}),
	}
	c.Flags().StringVar(&id, "transaction", "", "id of the transaction, if the lender's system has one (default: a new one)")
	c.Flags().Var(&on, "on", "effective date (default: the business date)")
	o.flags(c)
	return c
}

func (a *app) contractReceivablesCommand() *cobra.Command {
	var asOf dateFlag
	var asJSON bool
	c := &cobra.Command{
		Use: "receivables LOAN", Short: "show what of a loan is open", Args: cobra.ExactArgs(1),
		Long: `Shows what of a loan must be paid, waived or reversed before a contract that was a mistake is deleted at the bureaus: the balance, and
charges that no payment, waiver or reversal covers. Transactions come with the import, or by contract pay, waive and reverse.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			on := rules.Date(asOf)
			if on == 0 {
				on = rules.DateOf(a.now())
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				r, err := inquiry.OpenReceivables(ctx, db, args[0], on)
				if errors.Is(err, inquiry.ErrNotFound) {
					return &ending{err: err, code: exitFailed, hint: "check the id; furnisher loans lists the loans"}
				}
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, r)
				}
				return a.printReceivables(r)
			})
		}),
	}
	c.Flags().Var(&asOf, "as-of", "date (default: today)")
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printReceivables(r *inquiry.Receivables) error {
	if !r.Open {
		_, err := fmt.Fprintf(a.stdout, "loan %s: nothing is open as of %s\n", r.LoanID, r.AsOf)
		return err
	}
	if _, err := fmt.Fprintf(a.stdout, "loan %s: open as of %s: balance %s, charges not covered %s\n", r.LoanID, r.AsOf, r.Balance, r.Charges); err != nil {
		return err
	}
	rows := make([][]any, len(r.Postings))
	for i, p := range r.Postings {
		rows[i] = []any{p.TransactionID, p.Type, p.EffectiveOn, p.Amount}
	}
	if len(rows) == 0 {
		return nil
	}
	return printTable(a.stdout, []string{"charge", "type", "effective on", ">amount"}, rows)
}
