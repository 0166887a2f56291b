package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) statusCommand() *cobra.Command {
	return group("status", "set a loan's account status by hand, or keep nights from changing it",
		a.statusSetCommand(), a.statusHoldCommand(), a.statusReleaseCommand())
}

// operation does an operation that must say why. args are the command's own arguments, for the hint.
func (a *app) operation(ctx context.Context, command, args string, o *orderFlags, work func(d *servicing.Desk, order servicing.Order) error) error {
	if o.why == "" {
		return missingWhy(command + args)
	}
	return a.withDB(ctx, func(db *sqlx.DB) error {
		err := work(a.desk(db), a.order(o))
		if errors.Is(err, servicing.ErrInvalid) {
			return &ending{err: err, code: exitUsage, hint: hintHelp(command)}
		}
		return err
	})
}

func (a *app) statusSetCommand() *cobra.Command {
	var o orderFlags
	var closedOn dateFlag
	var amount string
	c := &cobra.Command{
		Use: "set LOAN STATUS --why TEXT", Short: "set a loan's account status by hand", Args: cobra.ExactArgs(2),
		Long: `Sets the account status of a loan. The night of the same business date does not change it back, and nights never change a closed
status that only people set. STATUS is one of:

  ` + joinWords(rules.Statuses()),
		RunE: a.does(func(ctx context.Context, args []string) error {
			r := servicing.StatusRequest{LoanID: args[0], Status: rules.Status(args[1]), ClosedOn: rules.Date(closedOn)}
			if amount != "" {
				cents, err := rules.ParseCents(amount)
				if err != nil {
					return &ending{err: fmt.Errorf("--charge-off-amount %q: %w", amount, err), code: exitUsage, hint: hintHelp("furnisher status set")}
				}
				r.ChargeOff = &cents
			}
			return a.operation(ctx, "furnisher status set", " LOAN STATUS", &o, func(d *servicing.Desk, order servicing.Order) error {
				r.Order = order
				done, err := d.SetStatus(ctx, r)
				if err != nil {
					return err
				}
				closed := ""
				if done.ClosedOn != 0 {
					closed = ", closed on " + done.ClosedOn.String()
				}
				return a.told(&o, done.Receipt, done, "loan %s is %s as of %s%s; it was %s", done.LoanID, done.To, done.On, closed, done.From)
			})
		}),
	}
	c.Flags().Var(&closedOn, "closed-on", "date closed of a closed status (default: the business date)")
	c.Flags().StringVar(&amount, "charge-off-amount", "", "amount charged off, of CLOSED::CHARGE_OFF")
	o.flags(c)
	return c
}

func (a *app) statusHoldCommand() *cobra.Command {
	var o orderFlags
	var until dateFlag
	c := &cobra.Command{
		Use: "hold LOAN --until DATE --why TEXT", Short: "keep nights from changing a loan's status until a date", Args: cobra.ExactArgs(1),
		Long: "Nights leave the loan's account status alone up to and including the date. A further hold replaces the one that runs.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			if until == 0 {
				return &ending{err: errors.New("--until is missing"), code: exitUsage, hint: "furnisher status hold LOAN --until DATE --why TEXT"}
			}
			return a.operation(ctx, "furnisher status hold", " LOAN --until DATE", &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.Hold(ctx, servicing.HoldRequest{Order: order, LoanID: args[0], Until: rules.Date(until)})
				if err != nil {
					return err
				}
				return a.told(&o, done.Receipt, done, "loan %s is on hold until %s", done.LoanID, done.Until)
			})
		}),
	}
	c.Flags().Var(&until, "until", "last day of the hold")
	o.flags(c)
	return c
}

func (a *app) statusReleaseCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "release LOAN --why TEXT", Short: "end a hold", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher status release", " LOAN", &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.Release(ctx, servicing.ReleaseRequest{Order: order, LoanID: args[0]})
				if err != nil {
					return err
				}
				return a.told(&o, done.Receipt, done, "loan %s is released from its hold until %s", done.LoanID, done.Before)
			})
		}),
	}
	o.flags(c)
	return c
}

// joinWords lists words.
func joinWords[T ~string](words []T) string {
	text := ""
	for i, word := range words {
		if i > 0 {
			text += ", "
		}
		text += string(word)
	}
	return text
}
