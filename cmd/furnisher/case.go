package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) caseCommand() *cobra.Command {
	return group("case", "work on a case: bankruptcy, death, dispute, fraud, disaster",
		a.caseShowCommand(), a.caseHistoryCommand(), a.caseCreateCommand(), a.caseUpdateCommand(),
		a.caseAct(caseAct{
			name: "delete", short: "delete a case: it stops having effect",
			long: "Deletes a case softly: it stays, and stops having effect from the next night on, as if it had never been. Its escalation ends.",
			act:  plain((*servicing.Desk).DeleteCase), did: "deleted",
		}),
		a.caseAct(caseAct{
			name: "acknowledge", short: "acknowledge a match that monitoring made",
			long: "Acknowledges a case that monitoring made by itself: from the next night on bureau codes go by it. Contact stopped with the match.",
			act:  plain((*servicing.Desk).AcknowledgeCase), did: "acknowledged",
		}),
		a.caseAssociateCommand(), a.caseDissociateCommand(),
		a.caseAct(caseAct{
			name: "viewed", short: "note that you have viewed a case",
			long: "Notes that you have viewed a case. What it changed in files stays on the review list until furnisher reviews seen.",
			act:  plain((*servicing.Desk).ViewCase), did: "viewed",
		}),
		a.caseSnoozeCommand(),
		a.caseAct(caseAct{
			name: "unsnooze", short: "end the snooze of a case", long: "Ends the snooze of a case.",
			act: plain((*servicing.Desk).UnsnoozeCase), did: "not snoozed any more",
		}),
		a.caseEscalateCommand(),
		a.caseAct(caseAct{
			name: "deescalate", short: "end the escalation of a case", long: "Ends the escalation of a case. --why says what came of it.",
			act: plain((*servicing.Desk).DeescalateCase), did: "not escalated any more",
		}),
	)
}

// caseAct is a command that acts on one case.
type caseAct struct {
	name, short, long string
	needs             string // flags that it needs besides --why
	flags             func(*pflag.FlagSet)
	act               func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error)
	did               string // what it did to the case
}

// plain is an act that is told nothing but the case.
func plain(act func(*servicing.Desk, context.Context, servicing.CaseRequest) (*servicing.CaseResult, error)) func(context.Context, *servicing.Desk, servicing.Order, string) (*servicing.CaseResult, error) {
	return func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error) {
		return act(d, ctx, servicing.CaseRequest{Order: o, CaseID: id})
	}
}

func (a *app) caseAct(k caseAct) *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: k.name + " CASE" + k.needs + " --why TEXT", Short: k.short, Long: k.long + "\n\nCASE is the id of a case, or its external id.", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher case "+k.name, " "+shellWord(args[0])+k.needs, &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := k.act(ctx, d, order, args[0])
				return a.toldOfCase(&o, done, err, k.did)
			})
		}),
	}
	if k.flags != nil {
		k.flags(c.Flags())
	}
	o.flags(c)
	return c
}

// toldOfCase prints what became of a case.
func (a *app) toldOfCase(o *orderFlags, done *servicing.CaseResult, err error, did string) error {
	switch {
	case errors.Is(err, servicing.ErrUnknown):
		return &ending{err: err, code: exitFailed, hint: "check the ids; furnisher cases lists the cases; nothing was changed"}
	case errors.Is(err, servicing.ErrRefused):
		return &ending{err: err, code: exitFailed, hint: "nothing was changed; furnisher case show CASE shows a case"}
	case err != nil:
		return err
	case !done.Changed:
		return a.told(o, done.Receipt, done, "case %s: it was so before, nothing was changed", done.Case.CaseID)
	}
	return a.told(o, done.Receipt, done, "case %s: %s", done.Case.CaseID, did)
}

// givenFlag is a flag of a field of a case: an empty value takes the field away.
type givenFlag[T any] struct {
	given *servicing.Given[T]
	parse func(string) (T, error)
	kind  string
}

func (f givenFlag[T]) String() string {
	if f.given == nil || f.given.Value == nil {
		return ""
	}
	return fmt.Sprint(*f.given.Value)
}

func (f givenFlag[T]) Type() string { return f.kind }

func (f givenFlag[T]) Set(text string) error {
	if text == "" {
		*f.given = servicing.Take[T]()
		return nil
	}
	value, err := f.parse(text)
	*f.given = servicing.Give(value)
	return err
}

func word[T ~string](text string) (T, error) { return T(text), nil }

// caseFlags are the flags of a case's fields.
func caseFlags(f *pflag.FlagSet, c *servicing.CaseFields) {
	date := func(given *servicing.Given[rules.Date], name, usage string) {
		f.Var(givenFlag[rules.Date]{given, rules.ParseDate, "YYYY-MM-DD"}, name, usage)
	}
	f.Var(givenFlag[rules.CaseType]{&c.Type, word[rules.CaseType], "TYPE"}, "type", "one of "+joinWords(rules.CaseTypes()))
	f.Var(givenFlag[string]{&c.ExternalID, word[string], "ID"}, "external-id", "id of the case in the system that keeps it")
	f.Var(givenFlag[string]{&c.Status, word[string], "WORD"}, "status", "your word for it (default: open, or closed with a date closed)")
	f.Var(givenFlag[rules.CaseOutcome]{&c.Outcome, word[rules.CaseOutcome], "CODE"}, "outcome",
		"of a dispute XH, XC or XR (FCBA: XG for XC); of a fraud claim or theft CONFIRMED or REJECTED")
	date(&c.OpenedOn, "opened-on", "date on which it was opened (default: the business date)")
	date(&c.ClosedOn, "closed-on", "date on which it was or will be closed")
	f.Var(givenFlag[int]{&c.Chapter, strconv.Atoi, "N"}, "chapter", "of a bankruptcy: 7, 11, 12 or 13")
	date(&c.FiledOn, "filed-on", "of a bankruptcy: date of the petition")
	f.Var(givenFlag[rules.Disposition]{&c.Disposition, word[rules.Disposition], "WORD"}, "disposition", "of a bankruptcy: "+joinWords(rules.Dispositions()))
	date(&c.DispositionOn, "disposition-on", "date of the disposition")
	f.Var(givenFlag[bool]{&c.ListedOutstandingDebt, strconv.ParseBool, "BOOL"}, "listed", "of a bankruptcy: whether the filing lists the debt")
	f.Var(givenFlag[string]{&c.CourtCaseNumber, word[string], "NUMBER"}, "court-number", "of a bankruptcy: the court's number")
	f.Var(givenFlag[rules.DisputeKind]{&c.DisputeKind, word[rules.DisputeKind], "KIND"}, "dispute-kind", "of a dispute: "+joinWords(rules.DisputeKinds()))
	f.Var(givenFlag[rules.Cents]{&c.DisputedAmount, rules.ParseCents, "AMOUNT"}, "disputed-amount", "of a dispute of kind FCBA or RESPA")
	date(&c.ReceivedOn, "received-on", "of a dispute, fraud claim or theft: date on which it was first received")
}

func (a *app) caseCreateCommand() *cobra.Command {
	var o orderFlags
	var r servicing.CreateCaseRequest
	var byMonitoring bool
	c := &cobra.Command{
		Use: "create --type TYPE (--customer ID | --loan ID) --why TEXT", Short: "create a case, or bring the one with its external id up to date", Args: cobra.NoArgs,
		Long: `Creates a case of customers, or of single loans: the next night decides by it. A bankruptcy, a death or military duty is about all
loans of a customer. If a case has the external id, that case is changed and no other is created. What the night cannot apply (a
bankruptcy without a chapter) it lists as an exception.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.operation(ctx, "furnisher case create", " --type TYPE --customer ID", &o, func(d *servicing.Desk, order servicing.Order) error {
				r.Order = order
				if byMonitoring {
					r.AutoCreated = servicing.Give(true)
				}
				done, err := d.CreateCase(ctx, r)
				did := "created"
				if err == nil && !done.Created {
					did = "changed"
				}
				return a.toldOfCase(&o, done, err, did)
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&r.CaseID, "id", "", "id of the case (default: its external id, else a new one)")
	f.StringArrayVar(&r.CustomerIDs, "customer", nil, "customer_id of whom it is about; may be repeated")
	f.StringArrayVar(&r.LoanIDs, "loan", nil, "loan_id of what it is about; may be repeated")
	f.BoolVar(&byMonitoring, "monitoring", false, "monitoring made it: it changes files only when it is acknowledged")
	caseFlags(f, &r.CaseFields)
	o.flags(c)
	return c
}

func (a *app) caseUpdateCommand() *cobra.Command {
	var r servicing.UpdateCaseRequest
	return a.caseAct(caseAct{
		name: "update", short: "change a case",
		long:  "Changes what is given of a case; an empty value takes a field away. What the lender sends again in an extract does not undo it.",
		flags: func(f *pflag.FlagSet) { caseFlags(f, &r.CaseFields) },
		act: func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error) {
			r.Order, r.CaseID = o, id
			return d.UpdateCase(ctx, r)
		}, did: "changed",
	})
}

// associationFlag is a flag of associations of a kind, in the order in which they are given.
type associationFlag struct {
	kind rules.AssociationKind
	all  *[]servicing.CaseAssociation
}

func (f associationFlag) String() string { return "" }
func (f associationFlag) Type() string   { return "ID" }
func (f associationFlag) Set(reference string) error {
	*f.all = append(*f.all, servicing.CaseAssociation{Kind: f.kind, Reference: reference})
	return nil
}

func (a *app) caseAssociateCommand() *cobra.Command {
	return a.associatingCommand(caseAct{
		name: "associate", short: "say whom and what a case is about",
		long: `Associates a case with customers and loans, whose loans are decided by it from the next night on, and with documents, interactions
and cases that other systems keep, by their references.`, did: "associated",
	}, (*servicing.Desk).AssociateCase)
}

func (a *app) caseDissociateCommand() *cobra.Command {
	return a.associatingCommand(caseAct{
		name: "dissociate", short: "take associations of a case away",
		long: "Takes associations of a case away; an import does not bring them back. A case keeps at least one customer or loan.", did: "not associated any more",
	}, (*servicing.Desk).DissociateCase)
}

func (a *app) associatingCommand(k caseAct, act func(*servicing.Desk, context.Context, servicing.AssociateRequest) (*servicing.CaseResult, error)) *cobra.Command {
	var r servicing.AssociateRequest
	k.flags = func(f *pflag.FlagSet) {
		for _, kind := range rules.AssociationKinds() {
			f.Var(associationFlag{kind, &r.Associations}, strings.ToLower(string(kind)), "id or reference; may be repeated")
		}
	}
	k.act = func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error) {
		r.Order, r.CaseID = o, id
		return act(d, ctx, r)
	}
	return a.caseAct(k)
}

func (a *app) caseSnoozeCommand() *cobra.Command {
	var until dateFlag
	return a.caseAct(caseAct{
		name: "snooze", needs: " --until DATE", short: "take a case off the list until a date",
		long:  "Takes a case off furnisher cases --snoozed=false up to and including the date. It lifts no protection, and reviews keep the case.",
		flags: func(f *pflag.FlagSet) { f.Var(&until, "until", "last day of the snooze") },
		act: func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error) {
			return d.SnoozeCase(ctx, servicing.SnoozeRequest{Order: o, CaseID: id, Until: rules.Date(until)})
		}, did: "snoozed",
	})
}

func (a *app) caseEscalateCommand() *cobra.Command {
	var assignee string
	return a.caseAct(caseAct{
		name: "escalate", short: "escalate a case",
		long:  "Escalates a case, once until it is de-escalated. furnisher cases escalations lists the escalations.",
		flags: func(f *pflag.FlagSet) { f.StringVar(&assignee, "to", "", "person or team") },
		act: func(ctx context.Context, d *servicing.Desk, o servicing.Order, id string) (*servicing.CaseResult, error) {
			return d.EscalateCase(ctx, servicing.EscalateRequest{Order: o, CaseID: id, Assignee: assignee})
		}, did: "escalated",
	})
}
