package main

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// eitherFlag is a flag that says yes, no, or nothing.
type eitherFlag struct{ value **bool }

func (e eitherFlag) Type() string { return "bool" }

func (e eitherFlag) String() string {
	if e.value == nil || *e.value == nil {
		return ""
	}
	return strconv.FormatBool(**e.value)
}

func (e eitherFlag) Set(text string) error {
	value, err := strconv.ParseBool(text)
	*e.value = &value
	return err
}

func either(f *pflag.FlagSet, value **bool, name, usage string) {
	f.Var(eitherFlag{value}, name, usage)
	f.Lookup(name).NoOptDefVal = "true"
}

func (a *app) casesCommand() *cobra.Command {
	var p pageFlags
	var wanted inquiry.CaseFilter
	var asOf dateFlag
	var asJSON bool
	c := &cobra.Command{
		Use: "cases", Short: "list the cases", Args: cobra.NoArgs,
		Long: `Lists cases in the order in which they came into the book. --deleted, --snoozed and --escalated want those that are so, and with =false
those that are not. The court's number is masked but for the last four characters.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if wanted.On = rules.Date(asOf); wanted.On == 0 {
				wanted.On = rules.DateOf(a.now())
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Case]{
					name: "cases", command: "furnisher cases" + caseFilterWords(&wanted),
					heading: []string{"case", "type", "status", "outcome", "opened on", "closed on", "customers", "loans", "marks"},
					row:     caseListRow,
					read: func(p inquiry.Page) (inquiry.List[inquiry.Case], error) {
						return forwards(inquiry.Cases(ctx, db, wanted, inquiry.Turn{After: p.After, Limit: p.Limit}))
					},
				}, p, asJSON)
			})
		}),
	}
	f := c.Flags()
	f.StringVar(&wanted.CustomerID, "customer", "", "only cases of this customer")
	f.StringVar(&wanted.LoanID, "loan", "", "only cases of this loan or of one of its customers")
	f.StringVar((*string)(&wanted.Type), "type", "", "only cases of this type")
	f.StringVar(&wanted.Status, "status", "", "only cases of this status")
	either(f, &wanted.Deleted, "deleted", "only cases that are deleted")
	either(f, &wanted.Snoozed, "snoozed", "only cases that are snoozed")
	f.Var(&asOf, "as-of", "date of --snoozed (default: today)")
	either(f, &wanted.Escalated, "escalated", "only cases that are escalated")
	p.flags(f)
	jsonFlag(c, &asJSON)
	c.AddCommand(a.casesEscalationsCommand())
	return c
}

// forwards is a part of a list that is only read on.
func forwards[T any](l inquiry.Paged[T], err error) (inquiry.List[T], error) {
	return inquiry.List[T]{Rows: l.Rows, Next: l.Next}, err
}

// caseFilterWords are the flags that ask for the same cases.
func caseFilterWords(f *inquiry.CaseFilter) (words string) {
	for _, w := range []struct{ flag, value string }{
		{"customer", f.CustomerID}, {"loan", f.LoanID}, {"type", string(f.Type)}, {"status", f.Status},
	} {
		if w.value != "" {
			words += " --" + w.flag + " " + shellWord(w.value)
		}
	}
	for _, w := range []struct {
		flag  string
		value *bool
	}{{"deleted", f.Deleted}, {"snoozed", f.Snoozed}, {"escalated", f.Escalated}} {
		if w.value != nil {
			words += " --" + w.flag + "=" + strconv.FormatBool(*w.value)
		}
	}
	return words
}

func caseListRow(c *inquiry.Case) []any {
	return []any{
		c.CaseID, c.Type, c.Status, dash(c.Outcome), c.OpenedOn, dash(c.ClosedOn), dash(strings.Join(c.CustomerIDs, " ")),
		dash(strings.Join(c.LoanIDs, " ")), dash(caseMarks(c)),
	}
}

// caseMarks are what a person must know of a case before its details.
func caseMarks(c *inquiry.Case) string {
	var marks []string
	if c.DeletedOn != 0 {
		marks = append(marks, "deleted "+c.DeletedOn.String())
	}
	if c.AutoCreated && !c.Acknowledged {
		marks = append(marks, "not acknowledged")
	}
	if c.Escalated {
		marks = append(marks, "escalated")
	}
	if c.SnoozedUntil != 0 {
		marks = append(marks, "snoozed until "+c.SnoozedUntil.String())
	}
	return strings.Join(marks, ", ")
}

func (a *app) casesEscalationsCommand() *cobra.Command {
	var p pageFlags
	var open, asJSON bool
	c := &cobra.Command{
		Use: "escalations [CASE]", Short: "list the escalations of a case, or of all", Args: cobra.MaximumNArgs(1),
		Long: "Lists escalations in the order in which they were raised, with who raised and ended them and why.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			id, command := "", "furnisher cases escalations"
			if len(args) == 1 {
				id, command = args[0], command+" "+shellWord(args[0])
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return noSuchCase(printList(a, listing[inquiry.Escalation]{
					name: "escalations", command: command,
					heading: []string{"case", "type", "to", "raised on", "by", "why", "ended on", "by", "why"},
					row: func(e *inquiry.Escalation) []any {
						return []any{
							e.CaseID, e.CaseType, dash(e.Assignee), e.RaisedOn, e.RaisedBy, dash(e.Why), dash(e.EndedOn), dash(e.EndedBy), dash(e.EndedWhy),
						}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Escalation], error) {
						return forwards(inquiry.Escalations(ctx, db, id, open, inquiry.Turn{After: p.After, Limit: p.Limit}))
					},
				}, p, asJSON))
			})
		}),
	}
	c.Flags().BoolVar(&open, "open", false, "leave out those that have ended")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

func noSuchCase(err error) error {
	if errors.Is(err, inquiry.ErrNotFound) {
		return &ending{err: err, code: exitFailed, hint: "check the id; furnisher cases lists the cases"}
	}
	return err
}

func (a *app) caseShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show CASE", Short: "show a case", Args: cobra.ExactArgs(1),
		Long: "Shows a case, by its id or its external id. The court's number is masked but for the last four characters.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				c, err := inquiry.CaseDetail(ctx, db, args[0])
				switch {
				case err != nil:
					return noSuchCase(err)
				case asJSON:
					return printJSON(a.stdout, c)
				}
				return printTable(a.stdout, []string{"field", "value"}, caseDetailRows(c))
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// caseDetailRows are the fields of a case that say something.
func caseDetailRows(c *inquiry.Case) (rows [][]any) {
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []any{name, value})
		}
	}
	add("case", c.CaseID)
	add("external id", c.ExternalID)
	add("type", string(c.Type))
	add("status", c.Status)
	add("outcome", string(c.Outcome))
	add("opened on", c.OpenedOn.String())
	add("closed on", c.ClosedOn.String())
	if c.Chapter != 0 {
		add("chapter", strconv.Itoa(c.Chapter))
	}
	add("filed on", c.FiledOn.String())
	add("disposition", string(c.Disposition))
	add("disposition on", c.DispositionOn.String())
	if c.DebtListed != nil {
		add("debt listed", strconv.FormatBool(*c.DebtListed))
	}
	add("court's number", c.CourtCaseNumber)
	add("kind of dispute", string(c.DisputeKind))
	if c.DisputedAmount != nil {
		add("disputed amount", c.DisputedAmount.String())
	}
	add("received on", c.ReceivedOn.String())
	add("customers", strings.Join(c.CustomerIDs, " "))
	add("loans", strings.Join(c.LoanIDs, " "))
	for _, association := range c.Associations {
		add(strings.ToLower(string(association.Kind)), association.Reference)
	}
	if c.ViewedAt != nil {
		add("viewed", c.ViewedBy+", "+c.ViewedAt.UTC().Format("2006-01-02 15:04"))
	}
	add("marks", caseMarks(c))
	return rows
}

func (a *app) caseHistoryCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "history CASE", Short: "list what people and systems did with a case", Args: cobra.ExactArgs(1),
		Long: "Lists the operations on a case, oldest first: who did what, when and why. What an import brought is not among them.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return noSuchCase(printList(a, listing[inquiry.CaseOperation]{
					name: "operations", command: "furnisher case history " + shellWord(args[0]),
					heading: []string{">operation", "at", "business date", "kind", "by", "why"},
					row: func(o *inquiry.CaseOperation) []any {
						return []any{o.Operation, o.At.UTC().Format("2006-01-02 15:04"), o.BusinessDate, o.Kind, o.By, dash(o.Why)}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.CaseOperation], error) {
						return forwards(inquiry.CaseOperations(ctx, db, args[0], inquiry.Turn{After: p.After, Limit: p.Limit}))
					},
				}, p, asJSON))
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
