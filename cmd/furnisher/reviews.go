package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) reviewsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "reviews", Short: "list what cases changed in files and nobody has seen", Args: cobra.NoArgs,
		Long: `Lists by case and loan what cases changed of what files say, until a person has seen it: each change once, however many files
repeat it. Cases that the night could not apply stay on the list until it can, and cases that monitoring made until somebody has
acknowledged them. Account numbers are masked but for the last four characters.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Review]{
					name: "reviews", command: "furnisher reviews",
					heading: []string{"case", "type", "loan", "account", ">file", "change", "rule", "waiting since"},
					row:     reviewRow,
					read:    func(p inquiry.Page) (inquiry.List[inquiry.Review], error) { return inquiry.Reviews(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.reviewSeenCommand())
	return c
}

func reviewRow(r *inquiry.Review) []any {
	return []any{r.CaseID, dash(r.Type), r.LoanID, r.AccountNumber, shown(r.File), changeText(r.Change, r.Value), r.Rule, r.Since}
}

// changeWords say what a case changed.
var changeWords = map[string]string{
	"status": "account status and amount past due", "plan": "amount past due and scheduled payment", "balance": "balance, past due, scheduled payment",
	"delinquency": "date of first delinquency", "comment": "special comment", "compliance": "compliance code", "deletion": "deleted",
	"left_out": "left out of the file", "not_applied": "cannot be applied", "waits": "not acknowledged",
}

// changeText says what a case changed and what the file says there: "special comment AW".
func changeText(change, value string) string {
	text, known := changeWords[change]
	if position, ofConsumer := strings.CutPrefix(change, "consumer_"); ofConsumer {
		text = "consumer " + position
	} else if !known {
		text = change
	}
	return strings.TrimSpace(text + " " + value)
}

func (a *app) reviewSeenCommand() *cobra.Command {
	var o orderFlags
	c := &cobra.Command{
		Use: "seen CASE --why TEXT", Short: "note that you have seen what a case changed in files", Args: cobra.ExactArgs(1),
		Long: `Takes off the list what the case changed up to now, of all its loans. A change that it makes later is listed again. That a case
waits for an acknowledgement, or cannot be applied, stays listed.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.operation(ctx, "furnisher reviews seen", " "+shellWord(args[0]), &o, func(d *servicing.Desk, order servicing.Order) error {
				done, err := d.Seen(ctx, servicing.SeenRequest{Order: order, CaseID: args[0]})
				if err != nil {
					return err
				}
				return a.told(&o, done.Receipt, done, "case %s: %s", done.CaseID, seenText(len(done.Changes)))
			})
		}),
	}
	o.flags(c)
	return c
}

func seenText(changes int) string {
	if changes == 0 {
		return "it had changed nothing that was not seen"
	}
	return fmt.Sprintf("changes seen %d", changes)
}
