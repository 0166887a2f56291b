package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) eventsCommand() *cobra.Command {
	c := group("events", "show and send outgoing events: statements, and states of files",
		a.eventsTailCommand(), a.eventsSendCommand(),
		a.eventsChangeCommand("ack", "acknowledge events, so that they are not sent any more", "all", "all that nobody acknowledged",
			func(ctx context.Context, db *sqlx.DB, ids []string) (int64, error) {
				return delivery.AckEvents(ctx, db, ids, a.who(), a.now())
			}),
		a.eventsChangeCommand("retry", "let events be sent again", "dead", "all that were given up", delivery.RetryEvents))
	c.Long = `An event is written in the transaction of the change that it tells of: statement_generation for the final statement of an account
that was paid off or has a surplus, file_state for a file that was released, transmitted, accepted, voided or rejected. Its id never
changes, so a receiver can drop what comes twice.

With --webhook URL, furnisher schedule posts the events every minute (events send does it once), as JSON, signed as
www.standardwebhooks.com says (webhook-id, webhook-timestamp, webhook-signature). The secret, whsec_ and base64, stands in
FURNISHER_WEBHOOK_SECRET or in the file that FURNISHER_WEBHOOK_SECRET_FILE names. An answer of 200 or 202 means that the event was
taken. Otherwise it is sent again after a minute, then twice as long each time, up to a day; after 15 attempts it is DEAD, until
events retry. Who has no webhook reads events tail --json, and acknowledges what it has read.`
	return c
}

func (a *app) eventsTailCommand() *cobra.Command {
	var p pageFlags
	var f inquiry.EventFilter
	var asJSON bool
	c := &cobra.Command{
		Use: "tail", Short: "list the events that nobody took or acknowledged", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				command := "furnisher events tail"
				if f.Done {
					command += " --all"
				}
				if f.Type != "" {
					command += " --type " + shellWord(f.Type)
				}
				return printList(a, listing[inquiry.Event]{
					name: "events", command: command,
					heading: []string{"event", "business date", "state", ">attempts", "again at", "error"},
					row:     eventRow,
					read: func(p inquiry.Page) (inquiry.List[inquiry.Event], error) {
						return inquiry.Events(ctx, db, f, p)
					},
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	c.Flags().BoolVar(&f.Done, "all", false, "also those that were taken or acknowledged")
	c.Flags().StringVar(&f.Type, "type", "", "only those of this type")
	jsonFlag(c, &asJSON)
	return c
}

func eventRow(e *inquiry.Event) []any {
	again := "-"
	if e.State == "NEW" && e.NextAt != nil {
		again = e.NextAt.UTC().Format(timeLayout)
	}
	return []any{e.ID, e.BusinessDate, e.State, e.Attempts, again, dash(e.Error)}
}

func (a *app) eventsChangeCommand(verb, short, flag, says string, change func(context.Context, *sqlx.DB, []string) (int64, error)) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: fmt.Sprintf("%s (EVENT… | --%s)", verb, flag), Short: short,
		Args: func(_ *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return fmt.Errorf("name events, or give --%s", flag)
			}
			return nil
		},
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				if all {
					args = nil
				}
				n, err := change(ctx, db, args)
				if err != nil {
					return err
				}
				return a.say("events %d\n", n)
			})
		}),
	}
	c.Flags().BoolVar(&all, flag, false, says)
	return c
}

func (a *app) eventsSendCommand() *cobra.Command {
	var url string
	c := &cobra.Command{
		Use: "send --webhook URL", Short: "send the events that are due to a webhook, once", Args: cobra.NoArgs,
		Long: `Sends each event that is due once. The exit status is 7 if the webhook did not take one.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			hook, err := a.eventHook(url)
			if err != nil {
				return err
			}
			if hook == nil {
				return &ending{err: errors.New("--webhook is missing"), code: exitUsage, hint: "furnisher events send --webhook URL, or set FURNISHER_WEBHOOK"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				done, err := a.sender(db, hook).Send(ctx)
				if err = errors.Join(a.say("events sent %d, failed %d, given up %d\n", done.Sent, done.Failed, done.Dead), err); err != nil || done.Last == nil {
					return err
				}
				return &ending{err: done.Last, code: exitUndelivered, hint: "furnisher events tail shows what was not taken; it is sent again"}
			})
		}),
	}
	webhookFlag(c.Flags(), &url)
	return c
}

func webhookFlag(f *pflag.FlagSet, url *string) {
	f.StringVar(url, "webhook", "", "address that outgoing events are posted to; default FURNISHER_WEBHOOK")
}

// eventHook is the webhook of the events; nil if nobody named one. It has a secret: a receiver must be able to tell events from forgeries.
func (a *app) eventHook(url string) (*delivery.Webhook, error) {
	if url == "" {
		url = a.getenv("FURNISHER_WEBHOOK")
	}
	if url == "" {
		return nil, nil
	}
	hook, err := a.hook(url)
	if err == nil && !hook.Signed() {
		err = fmt.Errorf("%w: the webhook has no secret: set FURNISHER_WEBHOOK_SECRET_FILE or FURNISHER_WEBHOOK_SECRET", delivery.ErrSettings)
	}
	if err != nil {
		return nil, &ending{err: err, code: exitUsage, hint: "furnisher events --help"}
	}
	return hook, nil
}

// hook is a webhook, with the secret of the environment if there is one.
func (a *app) hook(url string) (*delivery.Webhook, error) {
	return delivery.NewWebhook(delivery.HookSettings{
		URL: url, SecretFile: a.getenv("FURNISHER_WEBHOOK_SECRET_FILE"), Secret: a.getenv("FURNISHER_WEBHOOK_SECRET"),
	})
}

func (a *app) sender(db *sqlx.DB, hook *delivery.Webhook) *delivery.Sender {
	return &delivery.Sender{DB: db, To: hook, Who: a.who(), Now: a.now}
}
