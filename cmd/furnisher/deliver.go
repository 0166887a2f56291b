package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) deliverCommand() *cobra.Command {
	var destinations string
	var giveUp time.Duration
	var due bool
	c := &cobra.Command{
		Use: "deliver (FILE | --due)", Short: "send a released file to the addresses of its destination",
		Args: func(_ *cobra.Command, args []string) error {
			if due == (len(args) == 1) || len(args) > 1 {
				return errors.New("name one FILE, or give --due")
			}
			return nil
		},
		Long: `Sends a released file to each address of its destination. FILE is the number of a file, its name or its path. The addresses
stand in a file of TOML, which --destinations or FURNISHER_DESTINATIONS names; a path in it that is not absolute is beside it:

  [destination.bureaus]                         # or [destination."PROGRAM/bureaus"], for one program
  automatic = true                              # the scheduler and --due deliver what is released

  [destination.bureaus.address.experian]
  sftp = "sftp://lender@sftp.example:22/incoming"
  known_hosts = "known_hosts"                   # must know the server's key
  key = "lender.key"                            # its passphrase: key_passphrase_file or key_passphrase_env
  encrypt_to = ["experian.asc"]                 # OpenPGP public keys
  sign_with = "lender.asc"                      # its passphrase: sign_passphrase_file or sign_passphrase_env
  name = "{program}-{as_of}-{generation}.pgp"   # of the file there

  [destination.bureaus.address.desk]            # a person sends from there, and then records it:
  folder = "/srv/outgoing"                      #   furnisher files transmit FILE --why TEXT

A name may hold {program}, {destination}, {address}, {as_of}, {date}, {generation}, {file} and {name}.

The file on disk is compared with the one that was made (exit status 6 if it differs). What is sent is uploaded under a temporary name,
its size compared, and renamed; a file that is already there is never replaced. The receipt of each attempt is kept in the ledger;
furnisher deliveries lists them. When all addresses have the file it is TRANSMITTED; with a folder among them it stays RELEASED, until
a person has sent it. Once a file may be at a server, it cannot be voided.

What passes by itself (no connection, a full disk) is tried again after 5 seconds, then twice as long each time, up to an hour, until
--give-up is over. Given up or interrupted, the same command goes on; it sends nothing twice. If an address has not got the file, the
exit status is 7.

--due delivers, once, the released files of the destinations that are automatic, oldest first, to the addresses that were not tried
or may be tried again. furnisher schedule --destinations does that every minute.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			settings, err := a.destinations(destinations)
			if err != nil {
				return err
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				d, err := a.deliverer(db, settings)
				if err != nil {
					return err
				}
				if due {
					return a.deliverDue(ctx, d)
				}
				file, err := fileNumber(ctx, db.DB, args[0])
				if err != nil {
					return err
				}
				return a.deliverUntil(ctx, d, file, giveUp)
			})
		}),
	}
	destinationsFlag(c.Flags(), &destinations)
	c.Flags().BoolVar(&due, "due", false, "deliver what is due of the destinations that are automatic")
	giveUp = 15 * time.Minute
	durationFlag(c.Flags(), &giveUp, "give-up", 0, "how long to try what passes by itself")
	return c
}

func destinationsFlag(f *pflag.FlagSet, destinations *string) {
	f.StringVar(destinations, "destinations", "", "file of the addresses that files are delivered to; default FURNISHER_DESTINATIONS")
}

// destinations reads the file that says where files go; none if nobody named one.
func (a *app) destinations(file string) (map[string]delivery.Destination, error) {
	if file == "" {
		file = a.getenv("FURNISHER_DESTINATIONS")
	}
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", delivery.ErrSettings, err)
	}
	var settings struct {
		Destination map[string]delivery.Destination `toml:"destination"`
	}
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&settings)
	var syntax toml.ParseError
	switch {
	case errors.As(err, &syntax): // its own text may show what stands there
		return nil, fmt.Errorf("%w: %s: line %d: it is not TOML", delivery.ErrSettings, file, syntax.Position.Line)
	case err != nil:
		return nil, fmt.Errorf("%w: %s: a setting is of the wrong kind", delivery.ErrSettings, file)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%w: %s: there is no setting %s", delivery.ErrSettings, file, unknown[0])
	}
	base, err := filepath.Abs(filepath.Dir(file))
	if err == nil {
		err = delivery.Check(settings.Destination, base)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return settings.Destination, nil
}

func (a *app) deliverer(db *database.Database, destinations map[string]delivery.Destination) (*delivery.Deliverer, error) {
	files, err := a.filesDir()
	return &delivery.Deliverer{
		DB: db.DB, Locks: db.Direct, Destinations: destinations, Spool: filepath.Join(files, bureau.Outgoing),
		Who: a.who(), Now: a.now, Getenv: a.getenv,
	}, err
}

// deliverUntil tries to deliver a file until all addresses have it, or none can get it without a person, or the time is over. It prints a
// receipt when it is in the ledger.
func (a *app) deliverUntil(ctx context.Context, d *delivery.Deliverer, file int64, giveUp time.Duration) error {
	until := a.now().Add(giveUp)
	told := map[string]bool{}
	for {
		result, err := d.Deliver(ctx, file)
		if result != nil {
			err = errors.Join(a.printReceipts(result, told), err)
		}
		if err != nil {
			return err
		}
		if len(result.Failures) == 0 {
			return a.printDelivered(result)
		}
		next, failed := nextAttempt(result)
		if next.IsZero() || next.After(until) || ctx.Err() != nil {
			return failed
		}
		for _, f := range result.Failures {
			a.logFailure(file, &f)
		}
		if err := sleep(ctx, next.Sub(a.now())); err != nil {
			return errors.Join(err, failed)
		}
	}
}

// deliverDue delivers what is due, and returns what failed.
func (a *app) deliverDue(ctx context.Context, d *delivery.Deliverer) error {
	var failed error
	err := d.Due(ctx, func(_ int64, r *delivery.Result, err error) {
		if r != nil {
			_, undelivered := nextAttempt(r)
			err = errors.Join(a.printReceipts(r, map[string]bool{}), err, undelivered)
			if undelivered == nil {
				err = errors.Join(err, a.printDelivered(r))
			}
		}
		failed = errors.Join(failed, err)
	})
	return errors.Join(err, failed)
}

// nextAttempt returns when to try again, zero if that is no use, and what failed, nil if nothing did. A failure that a person must see
// to decides the exit status.
func nextAttempt(r *delivery.Result) (next time.Time, failed error) {
	var all *ending
	for _, f := range r.Failures {
		if f.Err == nil {
			continue // not due
		}
		end := undelivered(r.File, &f)
		switch {
		case all == nil:
			all = end
		case f.Passes():
			all.err = errors.Join(all.err, end.err)
		default:
			all = &ending{err: errors.Join(all.err, end.err), code: end.code, hint: end.hint}
		}
		if f.Passes() && (next.IsZero() || f.NextAt.Before(next)) {
			next = f.NextAt
		}
	}
	if all == nil {
		return next, nil
	}
	return next, all
}

// undelivered is a failure as a person is told of it.
func undelivered(file int64, f *delivery.Failure) *ending {
	end := &ending{err: fmt.Errorf("deliver file %d to %s: %w", file, f.Address, f.Err), code: exitUndelivered,
		hint: "furnisher deliveries shows the attempts; repeat the command when the cause is gone: nothing is sent twice"}
	if !f.Passes() {
		end.code, end.hint = classify(context.Background(), end.err)
	}
	return end
}

func (a *app) logFailure(file int64, f *delivery.Failure) {
	a.log.WithFields(logrus.Fields{
		"file": file, "address": f.Address, "attempt": f.Attempt, "again_at": f.NextAt.UTC().Format(time.RFC3339), "error": oneLine(f.Err),
	}).Warn("delivery failed")
}

func (a *app) printReceipts(r *delivery.Result, told map[string]bool) error {
	for _, receipt := range r.Receipts {
		if told[receipt.Address] {
			continue
		}
		told[receipt.Address] = true
		how := fmt.Sprintf("delivered to %s by attempt %d", receipt.Address, receipt.Attempt)
		switch receipt.Outcome {
		case "":
			how = fmt.Sprintf("had been delivered to %s by attempt %d", receipt.Address, receipt.Attempt)
		case delivery.Found:
			how = fmt.Sprintf("was already at %s: an earlier attempt had brought it there", receipt.Address)
		}
		text := fmt.Sprintf("file %d %s\n  %s/%s\n", r.File, how, receipt.Place, receipt.Name)
		if receipt.Outcome != "" {
			text += fmt.Sprintf("  bytes %d, SHA-256 %s\n", receipt.Bytes, receipt.SHA256)
		}
		if receipt.HostKey != "" {
			text += fmt.Sprintf("  host key %s\n", receipt.HostKey)
		}
		if err := a.say("%s", text); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printDelivered(r *delivery.Result) error {
	if r.ByHand && r.State == bureau.Released {
		return a.say("file %d is RELEASED: when you have sent what is in the folder, furnisher files transmit %d --why TEXT\n", r.File, r.File)
	}
	return a.say("file %d is %s\n", r.File, r.State)
}

func (a *app) deliveriesCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	var file string
	c := &cobra.Command{
		Use: "deliveries", Short: "list where files were sent, attempt by attempt", Args: cobra.NoArgs,
		Long: `Lists the attempts to deliver files, the newest file first. The state is that of the delivery: WAITING (nothing is there under that
name), SENDING (it may be there; the next attempt finds out), DELIVERED (proved). --json shows all of a receipt.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDatabase(ctx, func(db *database.Database) (err error) {
				var number int64
				command := "furnisher deliveries"
				if file != "" {
					if number, err = fileNumber(ctx, db.DB, file); err != nil {
						return err
					}
					command += fmt.Sprintf(" --file %d", number)
				}
				return printList(a, listing[inquiry.Delivery]{
					name: "deliveries", command: command,
					heading: []string{">file", "address", "state", ">attempt", "outcome", "at", "who", "name", ">bytes", "SHA-256", "error"},
					row:     deliveryRow,
					read: func(p inquiry.Page) (inquiry.List[inquiry.Delivery], error) {
						return inquiry.Deliveries(ctx, db.DB, number, p)
					},
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	c.Flags().StringVar(&file, "file", "", "only those of this file: its number, name or path")
	jsonFlag(c, &asJSON)
	return c
}

func deliveryRow(d *inquiry.Delivery) []any {
	sum := d.SHA256
	if len(sum) > 12 {
		sum = sum[:12] + "…"
	}
	return []any{d.File, d.Address, d.State, d.Attempt, dash(d.Outcome), d.BeganAt.UTC().Format(timeLayout), d.Who, d.Name, d.Bytes, dash(sum), dash(d.Error)}
}
