package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) correctionsCommand() *cobra.Command {
	var p pageFlags
	var live, asJSON bool
	c := &cobra.Command{
		Use: "corrections", Short: "list the corrections of single fields and the locks that they hold", Args: cobra.NoArgs,
		Long: `Lists the corrections in the order of recording. A correction is LIVE while it locks its field: the corrected value goes out as
long as the same is decided as when it was made. It is ENDED when a fact that became known later decides another value (where a
program has several destinations, at each of them), and RELEASED by a person. If another value is decided without such a fact the account is left out (CORRECTION_HELD) and listed by
furnisher exceptions, until the facts are put right or the lock is released.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			command := "furnisher corrections"
			if live {
				command += " --live"
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Correction]{
					name: "corrections", command: command,
					heading: []string{">correction", "loan", "field", "value", "decided", "as of", "source", "reason", "evidence", "by", "approver", "state", "because"},
					row:     correctionRow,
					read: func(p inquiry.Page) (inquiry.List[inquiry.Correction], error) {
						return inquiry.Corrections(ctx, db, live, p)
					},
				}, p, asJSON)
			})
		}),
	}
	c.Flags().BoolVar(&live, "live", false, "list only those that lock a field")
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(a.correctionAddCommand(), a.correctionReleaseCommand())
	return c
}

func correctionRow(c *inquiry.Correction) []any {
	because := "-"
	switch {
	case c.EndedFact != nil && c.EndedFile != nil:
		because = fmt.Sprintf("file %d: %s", *c.EndedFile, *c.EndedFact)
	case c.ReleaseWhy != nil && c.ReleasedBy != nil && c.ReleaseApprover != nil:
		because = fmt.Sprintf("%s, approved by %s: %s", *c.ReleasedBy, *c.ReleaseApprover, *c.ReleaseWhy)
	case len(c.EndedAt) > 0: // but not at each destination
		ends := make([]string, len(c.EndedAt))
		for i, e := range c.EndedAt {
			ends[i] = fmt.Sprintf("ended at %s, file %d: %s", e.Destination, e.File, e.Fact)
		}
		because = strings.Join(ends, "; ")
	}
	return []any{
		c.Correction, c.LoanID, c.Field, cmp.Or(c.Value, "blank"), cmp.Or(c.Decided, "blank"), c.DecidedOn, c.Source, c.Reason, c.Evidence,
		c.RecordedBy, shown(c.Approver), c.State, because,
	}
}

func (a *app) correctionAddCommand() *cobra.Command {
	var n bureau.NewCorrection
	var fields, values []string
	c := &cobra.Command{
		Use:   "add LOAN --field FIELD --value VALUE --reason TEXT --evidence TEXT --source AUD|DISPUTE|HAND",
		Short: "correct fields of a loan's records and lock them", Args: cobra.ExactArgs(1),
		Long: `Corrects a field of the base segment, by its number (25) or name. Dates are YYYY-MM-DD, amounts whole dollars, an empty value is
a blank. Give fields that go together in one command, each --field with its --value: all of them are locked or none, and what
would make the next record invalid is refused, with the rule. An account whose end was reported goes out once more; one whose
deletion was reported does not. A date of first delinquency moves later only with a second person (--approver). The same
correction again changes nothing; another value for a locked field is refused.
Fields: ` + strings.Join(rules.Correctable(), ", ") + `.`,
		Example: `  furnisher corrections add L-1 --field 17A --value 11 --field 22 --value 0 --field 25 --value "" --approver kim \
    --reason "paid in time" --evidence "receipt 12" --source DISPUTE`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if len(fields) != len(values) {
				return &ending{err: errors.New("each --field needs its --value"), code: exitUsage, hint: hintHelp("furnisher corrections add")}
			}
			for i := range fields {
				n.Fields = append(n.Fields, bureau.CorrectedField{Field: fields[i], Value: values[i]})
			}
			n.LoanID, n.Who, n.Now = args[0], a.who(), a.now()
			return a.withDatabase(ctx, func(db *database.Database) (err error) {
				if n.Vault, err = a.vault(ctx, db); err != nil {
					return err
				}
				added, err := bureau.AddCorrection(ctx, db.DB, n)
				if err != nil || a.settings.quiet {
					return err
				}
				for _, c := range added {
					says := "locks"
					if c.Known {
						says = "already locks"
					}
					if _, err := fmt.Fprintf(a.stdout, "correction %d %s %s\n", c.Number, says, c.Field); err != nil {
						return err
					}
				}
				return nil
			})
		}),
	}
	f := c.Flags()
	f.StringArrayVar(&fields, "field", nil, "field of the base segment, by number or name")
	f.StringArrayVar(&values, "value", nil, "the value that it shall have")
	f.StringVar(&n.Reason, "reason", "", "why")
	f.StringVar(&n.Evidence, "evidence", "", "what proves it")
	f.StringVar(&n.Source, "source", "", "AUD, DISPUTE or HAND")
	numberFlag(f, &n.File, "file", 1, 0, "number of the file whose record was wrong")
	f.StringVar(&n.Approver, "approver", "", "second person who approved it")
	for _, name := range []string{"field", "value", "reason", "evidence", "source"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return c
}

func (a *app) correctionReleaseCommand() *cobra.Command {
	var why, approver string
	c := &cobra.Command{
		Use: "release CORRECTION --why TEXT --approver NAME", Short: "release the lock of a correction", Args: cobra.ExactArgs(1),
		Long: `Releases a lock, with a second person: the field is decided again as if it had not been corrected. An account whose end was
reported goes out again by a new correction only.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			number, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &ending{err: fmt.Errorf("%q is not the number of a correction", args[0]), code: exitUsage, hint: "furnisher corrections"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				if err := bureau.ReleaseCorrection(ctx, db, number, a.who(), approver, why, a.now()); err != nil || a.settings.quiet {
					return err
				}
				_, err := fmt.Fprintf(a.stdout, "correction %d is released\n", number)
				return err
			})
		}),
	}
	c.Flags().StringVar(&why, "why", "", "why the field is not locked any more")
	c.Flags().StringVar(&approver, "approver", "", "second person who approved it")
	return c
}
