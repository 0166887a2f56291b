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

// orderFlags are the flags of every operation between nights.
type orderFlags struct {
	by, why, key string
	on           dateFlag
	dryRun       bool
	json         bool
}

func (o *orderFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.by, "by", "", "person or system that asks for it (default: the user of this machine)")
	f.StringVar(&o.why, "why", "", "reason, for the ledger")
	f.StringVar(&o.key, "key", "", "idempotency key: the same command with it is done once")
	f.Var(&o.on, "date", "business date (default: today, or that of the next night if it is later)")
	f.BoolVar(&o.dryRun, "dry-run", false, "do everything, show it, and take it back")
	jsonFlag(c, &o.json)
}

func (a *app) order(o *orderFlags) servicing.Order {
	order := servicing.Order{Key: o.key, DryRun: o.dryRun, By: a.who(), Why: o.why, On: rules.Date(o.on)}
	if o.by != "" && o.by != order.By {
		order.By, order.From = o.by, "user "+order.By // who gave the command for somebody else
	}
	return order
}

func (a *app) desk(db *sqlx.DB) *servicing.Desk {
	return &servicing.Desk{DB: db, Now: a.now, Today: rules.DateOf(a.now())}
}

// told prints what an operation did.
func (a *app) told(o *orderFlags, r servicing.Receipt, result any, format string, args ...any) error {
	if o.json {
		return printJSON(a.stdout, result)
	}
	if a.settings.quiet {
		return nil
	}
	switch {
	case r.DryRun:
		format = "dry run, nothing was changed: " + format
	case r.Repeated:
		format = fmt.Sprintf("done before, as operation %d: ", r.Operation) + format
	}
	_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
	return err
}

// missingWhy refuses a command without --why.
func missingWhy(command string) error {
	return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: command + " --why TEXT"}
}

func (a *app) servicingCommand() *cobra.Command {
	return group("servicing", "stop to contact and debit customers", a.servicingCancelCommand())
}

func (a *app) servicingCancelCommand() *cobra.Command {
	var o orderFlags
	var r servicing.CancelRequest
	c := &cobra.Command{
		Use: "cancel (--customer ID | --loan ID) [--reason REASON]", Short: "stop to service a customer's loans, or one loan, at once", Args: cobra.NoArgs,
		Long: `Makes every loan that the customer has now, or the one loan, NOT_SERVICING, and cancels its pending payments, calls, emails and
SMS and its active schedules at once, but for notices that the law requires. All or nothing. A loan that is not serviced keeps
its first reason. The loans do not close, and reporting goes on. It works beside a night.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			r.Order = a.order(&o)
			return a.withDB(ctx, func(db *sqlx.DB) error {
				done, err := a.desk(db).CancelServicing(ctx, r)
				if errors.Is(err, servicing.ErrInvalid) {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher servicing cancel")}
				}
				if err != nil {
					return err
				}
				of := "loan " + done.LoanID
				if done.CustomerID != "" {
					of = "customer " + done.CustomerID
				}
				return a.told(&o, done.Receipt, done, "%s: loans updated %d, reason %s; cancelled: %s",
					of, done.LoansUpdated, done.Reason, joinKinds(done.Cancelled))
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&r.CustomerID, "customer", "", "customer_id: all loans that the customer has now")
	f.StringVar(&r.LoanID, "loan", "", "loan_id: this loan")
	f.StringVar(&r.Reason, "reason", rules.DefaultStopReason, "why the loans are not serviced any more, one of "+joinWords(rules.StopReasons()))
	o.flags(c)
	return c
}

// joinKinds lists the seven counts in their order.
func joinKinds(counts map[string]int64) string {
	text := ""
	for i, kind := range rules.PurgeKinds {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", kind, counts[kind])
	}
	return text
}
