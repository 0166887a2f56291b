package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) disputesCommand() *cobra.Command {
	return group("disputes", "work what consumers dispute: open, watch the clocks, answer",
		a.disputesOpenCommand(), a.disputesListCommand(), a.disputesDueCommand(), a.disputesShowCommand(), a.disputesExtendCommand(),
		a.disputesAnswerCommand(), a.disputesACDVCommand(), a.disputesAUDCommand())
}

// disputeError gives what a dispute refuses a hint of its own.
func disputeError(err error) error {
	switch {
	case errors.Is(err, bureau.ErrLocked):
		return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher corrections --live shows the lock; to give another value, release it first"}
	case errors.Is(err, servicing.ErrUnknown):
		return &ending{err: err, code: exitFailed, hint: "check the ids; furnisher disputes list lists the disputes; nothing was changed"}
	case errors.Is(err, servicing.ErrRefused):
		return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher disputes show CASE shows a dispute"}
	}
	return err
}

// toldOfDispute prints what became of a dispute.
func (a *app) toldOfDispute(o *orderFlags, done *servicing.DisputeResult, err error, did string) error {
	if err != nil {
		return disputeError(err)
	}
	u := done.Dispute
	if !done.Changed {
		return a.told(o, done.Receipt, done, "dispute %s of loan %s was there before, nothing was changed; it is due on %s", u.CaseID, u.LoanID, u.DueOn)
	}
	if u.Answer == "" {
		return a.told(o, done.Receipt, done, "dispute %s of loan %s %s: it is due on %s", u.CaseID, u.LoanID, did, u.DueOn)
	}
	said := did + " " + strings.ToLower(strings.ReplaceAll(string(u.Answer), "_", "-")) + ", outcome " + string(u.Outcome)
	if len(u.Corrections) > 0 {
		said += fmt.Sprintf(", corrections %v", u.Corrections)
	}
	if u.FraudCaseID != "" {
		said += ", the fraud is confirmed by case " + u.FraudCaseID
	}
	if len(u.Copies) > 0 {
		said += ", carbon copies to " + strings.Join(u.Copies, ", ")
	}
	return a.told(o, done.Receipt, done, "dispute %s of loan %s %s", u.CaseID, u.LoanID, said)
}

func (a *app) disputesOpenCommand() *cobra.Command {
	var o orderFlags
	var r servicing.OpenDisputeRequest
	var channel, kind, amount string
	var received, due dateFlag
	c := &cobra.Command{
		Use: "open LOAN --channel direct|acdv|theft --why TEXT", Short: "open a dispute of a loan", Args: cobra.ExactArgs(1),
		Long: `Opens a dispute, with its case: the next record bears its notation (XB, of a billing error XF) until it is answered; a theft report
leaves the account out of every file. It must be answered within 30 days of its receipt, 45 with new information (furnisher disputes
extend), an ACDV by the date that its bureau gives if that comes first. An ACDV that is there already is not opened again.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			r.Channel, r.Kind = rules.DisputeChannel(strings.ToUpper(channel)), rules.DisputeKind(strings.ToUpper(kind))
			r.LoanID, r.ReceivedOn, r.BureauDueOn, r.Bureau = args[0], rules.Date(received), rules.Date(due), strings.ToUpper(r.Bureau)
			if amount != "" {
				cents, err := rules.ParseCents(amount)
				if err != nil {
					return &ending{err: fmt.Errorf("--disputed-amount %q: %w", amount, err), code: exitUsage, hint: hintHelp("furnisher disputes open")}
				}
				r.DisputedAmount = &cents
			}
			return a.operation(ctx, "furnisher disputes open", " "+shellWord(args[0])+" --channel direct", &o, func(d *servicing.Desk, order servicing.Order) error {
				r.Order = order
				done, err := d.OpenDispute(ctx, r)
				return a.toldOfDispute(&o, done, err, "is open")
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&channel, "channel", "", "how it came: direct, acdv (over e-OSCAR) or theft (a report of identity theft)")
	f.StringVar(&r.CaseID, "id", "", "id of its case (default: a new one)")
	f.Var(&received, "received-on", "date on which the lender or the bureau received it (default: the business date)")
	f.StringVar(&r.CustomerID, "customer", "", "customer_id of who disputes, if only one of several liable consumers does")
	f.BoolVar(&r.ClaimsFraud, "fraud", false, "the consumer claims a fraud")
	f.StringVar(&kind, "kind", "", "law of a plain dispute: FCRA (default), FCBA or RESPA")
	f.StringVar(&amount, "disputed-amount", "", "of a dispute of kind FCBA or RESPA")
	f.StringVar(&r.Bureau, "bureau", "", "of an ACDV: "+strings.Join(rules.Bureaus(), ", "))
	f.StringVar(&r.ControlNumber, "control-number", "", "of an ACDV")
	f.StringArrayVar(&r.Codes, "code", nil, "dispute code of an ACDV, three digits; may be given twice")
	f.Var(&due, "due", "of an ACDV: date by which the bureau wants its answer")
	o.flags(c)
	return c
}

func (a *app) disputesExtendCommand() *cobra.Command {
	var o orderFlags
	var informed, due dateFlag
	c := &cobra.Command{
		Use: "extend CASE --why TEXT", Short: "note new information: the clock of a dispute is 45 days", Args: cobra.ExactArgs(1),
		Long: "Notes that the consumer gave new information in the first 30 days: the dispute must be answered within 45 days of its receipt. Once.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher disputes extend", " "+shellWord(args[0]), &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.ExtendDispute(ctx, servicing.ExtendDisputeRequest{Order: order, CaseID: args[0], InformedOn: rules.Date(informed), BureauDueOn: rules.Date(due)})
				return a.toldOfDispute(&o, done, err, "is extended")
			})
		}),
	}
	c.Flags().Var(&informed, "informed-on", "date on which the information came (default: the business date)")
	c.Flags().Var(&due, "due", "of an ACDV: date by which the bureau wants its answer now")
	o.flags(c)
	return c
}

func (a *app) disputesAnswerCommand() *cobra.Command {
	var o orderFlags
	var r servicing.AnswerDisputeRequest
	var fields, values []string
	c := &cobra.Command{
		Use: "answer CASE verified|updated|deleted|deleted-fraud --checked TEXT --why TEXT", Short: "answer a dispute", Args: cobra.ExactArgs(2),
		Long: `Answers a dispute and closes its case.

  verified       what is furnished is right: the notation ends (XH; --disagrees XC, of a billing error XG; --removes XR); a fraud claim
                 or theft report is rejected, and the block of the account ends
  updated        fields are corrected and locked, each --field with its --value, as furnisher corrections add does, with the dispute as
                 evidence
  deleted        the next file deletes the account (DA), once; it stays in servicing
  deleted-fraud  the fraud is confirmed: the next file deletes the account (DF), once; of several liable consumers the one who was named

Where anything changes, all bureaus that show the account get a carbon copy, but for the one that asked; --copy names others.
furnisher disputes acdv lists the answers that a person keys into e-OSCAR.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if len(fields) != len(values) {
				return &ending{err: errors.New("each --field needs its --value"), code: exitUsage, hint: hintHelp("furnisher disputes answer")}
			}
			for i := range fields {
				r.Fields = append(r.Fields, servicing.CorrectedField{Field: fields[i], Value: values[i]})
			}
			if o.why == "" {
				return missingWhy("furnisher disputes answer " + shellWord(args[0]) + " " + shellWord(args[1]) + " --checked TEXT")
			}
			r.Order, r.CaseID = a.order(&o), args[0]
			r.Answer = rules.DisputeAnswer(strings.ToUpper(strings.ReplaceAll(args[1], "-", "_")))
			for i := range r.Copies {
				r.Copies[i] = strings.ToUpper(r.Copies[i])
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				desk := a.desk(db.DB)
				if len(r.Fields) > 0 { // the record is made with them and checked
					v, err := a.vault(ctx, db)
					if err != nil {
						return err
					}
					desk.Correct = a.corrects(v)
				}
				done, err := desk.AnswerDispute(ctx, r)
				if errors.Is(err, servicing.ErrInvalid) {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher disputes answer")}
				}
				return a.toldOfDispute(&o, done, err, "is answered")
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&r.Checked, "checked", "", "what was checked")
	f.BoolVar(&r.Disagrees, "disagrees", false, "the consumer still disagrees")
	f.BoolVar(&r.Removes, "removes", false, "the notation is removed from the account")
	f.StringArrayVar(&r.Copies, "copy", nil, "bureau that gets a carbon copy; may be repeated (default: all that show the account, where anything changes)")
	f.StringArrayVar(&fields, "field", nil, "field that an update corrects, by number or name")
	f.StringArrayVar(&values, "value", nil, "the value that it shall have")
	f.StringVar(&r.Approver, "approver", "", "second person, for a date of first delinquency that moves later")
	o.flags(c)
	return c
}

// corrects records what the update of a dispute corrects. What cannot be corrected so is refused.
func (a *app) corrects(v book.Vault) func(context.Context, *sqlx.Tx, servicing.Correction) ([]int64, error) {
	return func(ctx context.Context, tx *sqlx.Tx, c servicing.Correction) (numbers []int64, err error) {
		n := bureau.NewCorrection{
			LoanID: c.LoanID, Reason: c.Reason, Evidence: c.Evidence, Source: "DISPUTE", Approver: c.Approver, Who: c.Who, Now: a.now(), Vault: v,
		}
		for _, f := range c.Fields {
			n.Fields = append(n.Fields, bureau.CorrectedField{Field: f.Field, Value: f.Value})
		}
		added, err := n.AddIn(ctx, tx)
		if errors.Is(err, bureau.ErrCorrection) || errors.Is(err, bureau.ErrLocked) {
			return nil, fmt.Errorf("%w: %w", servicing.ErrRefused, err)
		}
		for _, of := range added {
			numbers = append(numbers, of.Number)
		}
		return numbers, err
	}
}

func (a *app) disputesListCommand() *cobra.Command {
	var p pageFlags
	var open, asJSON bool
	var of inquiry.DisputesOf
	var asOf dateFlag
	c := &cobra.Command{
		Use: "list", Short: "list the disputes", Args: cobra.NoArgs,
		Long: `Lists disputes, fraud claims and theft reports in the order in which their cases came into the book, also those that an extract brought.
A dispute that names its customer alone is shown with the customer's loans.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			command := "furnisher disputes list"
			if open {
				command += " --open"
			}
			command += disputeFlags(of, asOf)
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, disputeListing(command, func(p inquiry.Page) (inquiry.List[inquiry.Dispute], error) {
					return inquiry.Disputes(ctx, db, of, open, cmp.Or(rules.Date(asOf), rules.DateOf(a.now())), p)
				}), p, asJSON)
			})
		}),
	}
	c.Flags().BoolVar(&open, "open", false, "list only those that wait for their answer")
	ofFlags(c, &of, &asOf)
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

// ofFlags are the flags of lists of disputes.
func ofFlags(c *cobra.Command, of *inquiry.DisputesOf, asOf *dateFlag) {
	c.Flags().StringVar(&of.LoanID, "loan", "", "only disputes of this loan or of one of its customers")
	c.Flags().StringVar(&of.ProgramID, "program", "", "only disputes of loans of this program")
	c.Flags().Var(asOf, "as-of", "date from which days are left (default: today)")
}

// disputeFlags are those that were given, for the next page.
func disputeFlags(of inquiry.DisputesOf, asOf dateFlag) (flags string) {
	if of.LoanID != "" {
		flags += " --loan " + shellWord(of.LoanID)
	}
	if of.ProgramID != "" {
		flags += " --program " + shellWord(of.ProgramID)
	}
	if asOf != 0 {
		flags += " --as-of " + rules.Date(asOf).String()
	}
	return flags
}

func disputeListing(command string, read func(inquiry.Page) (inquiry.List[inquiry.Dispute], error)) listing[inquiry.Dispute] {
	return listing[inquiry.Dispute]{
		name: "disputes", command: command, read: read,
		heading: []string{"case", "type", "channel", "bureau", "control number", "codes", "loans", "customers", "received on", "due on", ">days left", "answer", "outcome"},
		row: func(d *inquiry.Dispute) []any {
			left := "-"
			if d.DaysLeft != nil {
				left = fmt.Sprint(*d.DaysLeft)
			}
			return []any{
				d.CaseID, d.Type, dash(d.Channel), dash(d.Bureau), dash(d.ControlNumber), dash(strings.Join(d.Codes, " ")), dash(strings.Join(d.LoanIDs, " ")),
				dash(strings.Join(d.CustomerIDs, " ")), d.ReceivedOn, d.DueOn, left, dash(d.Answer), dash(d.Outcome),
			}
		},
	}
}

func (a *app) disputesDueCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	var of inquiry.DisputesOf
	var asOf dateFlag
	c := &cobra.Command{
		Use: "due", Short: "list the disputes that wait for their answer, those with the fewest days left first", Args: cobra.NoArgs,
		Long: `Lists the disputes that wait for their answer by the days that are left, also those that an extract brought. If one is overdue it
exits with status 3.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			on := cmp.Or(rules.Date(asOf), rules.DateOf(a.now()))
			overdue := 0
			err := a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, disputeListing("furnisher disputes due"+disputeFlags(of, asOf), func(p inquiry.Page) (inquiry.List[inquiry.Dispute], error) {
					l, err := inquiry.DisputesDue(ctx, db, of, on, p)
					for i := range l.Rows {
						if left := l.Rows[i].DaysLeft; left != nil && *left < 0 {
							overdue++
						}
					}
					return l, err
				}), p, asJSON)
			})
			if err == nil && overdue > 0 {
				err = &ending{err: fmt.Errorf("%d of the listed disputes should have been answered before %s", overdue, on), code: exitExceptions, hint: "furnisher disputes answer CASE ANSWER"}
			}
			return err
		}),
	}
	ofFlags(c, &of, &asOf)
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
