package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) disputesShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show CASE", Short: "show a dispute", Args: cobra.ExactArgs(1),
		Long: "Shows a dispute by the id or the external id of its case, with its clock, its answer and what that corrected. The account number is masked.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				d, err := inquiry.DisputeDetail(ctx, db, args[0], rules.DateOf(a.now()))
				switch {
				case errors.Is(err, inquiry.ErrNotFound):
					return &ending{err: err, code: exitFailed, hint: "check the id; furnisher disputes list lists the disputes"}
				case err != nil:
					return err
				case asJSON:
					return printJSON(a.stdout, d)
				}
				return printTable(a.stdout, []string{"field", "value"}, disputeRows(d))
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// disputeRows are the fields of a dispute that say something.
func disputeRows(d *inquiry.Dispute) (rows [][]any) {
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []any{name, value})
		}
	}
	add("case", d.CaseID)
	add("type", string(d.Type))
	add("kind", string(d.Kind))
	add("channel", string(d.Channel))
	add("bureau", d.Bureau)
	add("control number", d.ControlNumber)
	add("codes", strings.Join(d.Codes, " "))
	add("loans", strings.Join(d.LoanIDs, " "))
	add("customers", strings.Join(d.CustomerIDs, " "))
	add("account", d.AccountNumber)
	add("received on", d.ReceivedOn.String())
	add("the bureau wants it by", d.BureauDueOn.String())
	add("new information on", d.InformedOn.String())
	add("due on", d.DueOn.String())
	if d.DaysLeft != nil {
		add("days left", fmt.Sprint(*d.DaysLeft))
	}
	add("answer", string(d.Answer))
	add("answered on", d.AnsweredOn.String())
	add("checked", d.Checked)
	for _, c := range d.Corrections {
		add(fmt.Sprintf("correction %d", c.Correction), keyed(c.Field)+" "+blank(c.Decided)+" to "+blank(c.Value)+", "+c.State)
	}
	add("carbon copies", strings.Join(d.Copies, ", "))
	add("fraud confirmed by", d.FraudCaseID)
	add("outcome", string(d.Outcome))
	add("deleted on", d.DeletedOn.String())
	return rows
}

// keyed is a field of the base segment as people key it in: its number and its name.
func keyed(key string) string {
	if _, f := bureau.FieldByName(key); f != nil {
		return f.Num + " " + f.Name
	}
	return key
}

func blank(value string) string {
	if value == "" {
		return "blank"
	}
	return value
}

func (a *app) disputesACDVCommand() *cobra.Command {
	var p pageFlags
	var since dateFlag
	var asJSON bool
	c := &cobra.Command{
		Use: "acdv", Short: "list the answers to ACDVs, to be keyed into e-OSCAR", Args: cobra.NoArgs,
		Long: `Lists the ACDVs that were answered, with what a person keys into e-OSCAR: bureau, control number, answer, the fields that change, and
carbon copies. --csv or --json makes a file of it. Nothing is sent to e-OSCAR.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			command := "furnisher disputes acdv"
			if since != 0 {
				command += " --since " + rules.Date(since).String()
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Dispute]{
					name: "acdvs", command: command,
					heading: []string{"bureau", "control number", "case", "loans", "account", "answer", "fields", "carbon copies", "checked", "answered on", "due on"},
					row: func(d *inquiry.Dispute) []any {
						fields := make([]string, len(d.Corrections))
						for i, c := range d.Corrections {
							fields[i] = keyed(c.Field) + ": " + blank(c.Value)
						}
						return []any{
							d.Bureau, d.ControlNumber, d.CaseID, strings.Join(d.LoanIDs, " "), d.AccountNumber, d.Answer, dash(strings.Join(fields, "; ")),
							dash(strings.Join(d.Copies, " ")), d.Checked, d.AnsweredOn, d.DueOn,
						}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Dispute], error) {
						return inquiry.DisputesAnswered(ctx, db, rules.Date(since), p)
					},
				}, p, asJSON)
			})
		}),
	}
	c.Flags().Var(&since, "since", "only those that were answered on or after this date")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) disputesAUDCommand() *cobra.Command {
	var p pageFlags
	var since dateFlag
	var unmask, asJSON bool
	c := &cobra.Command{
		Use: "aud", Short: "list the corrections to be keyed into e-OSCAR as AUDs", Args: cobra.NoArgs,
		Long: `Lists the corrections that lock a field and that no answer to an ACDV has told the bureaus: a person keys them into e-OSCAR as AUDs, so
that bureaus need not wait for the next file. --csv or --json makes a file of it. Account numbers are masked unless --unmask is given.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			command := "furnisher disputes aud"
			if since != 0 {
				command += " --since " + rules.Date(since).String()
			}
			if unmask {
				command += " --unmask"
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.AUD]{
					name: "auds", command: command,
					heading: []string{">correction", "loan", "account", "field", "from", "to", "reason", "evidence", "recorded on", "by"},
					row: func(c *inquiry.AUD) []any {
						return []any{c.Correction, c.LoanID, c.AccountNumber, keyed(c.Field), blank(c.Decided), blank(c.Value), c.Reason, c.Evidence, c.RecordedOn, c.RecordedBy}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.AUD], error) {
						return inquiry.AUDs(ctx, db, rules.Date(since), unmask, p)
					},
				}, p, asJSON)
			})
		}),
	}
	c.Flags().Var(&since, "since", "only those that were recorded on or after this date")
	c.Flags().BoolVar(&unmask, "unmask", false, "show the account numbers")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
