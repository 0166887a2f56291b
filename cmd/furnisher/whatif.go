package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/rules"
)

// helpSettings is a part of the help of simulate.
const helpSettings = `With a setting of the rules instead of dates it says what the last files would say with it: how many consumers and which fields would
change, how accounts would move between statuses, and examples. The setting is taken to have been in force since the files before: the
nights from then on are decided anew, and then each record, by all that is known now. What happened earlier stays, as nights do not take it
back. The book is read a chunk at a time, beside nights; nothing is copied and nothing is written.`

// settingFlags are the settings of rules that simulate tries. Their names are those of the extract's columns.
type settingFlags struct {
	delinquent, chargeOff, trailing int
	method, pastDue                 string
	product, program                string
	asOf                            dateFlag
}

// Names of the flags of settings.
const (
	flagDelinquent = "delinquent-after"
	flagChargeOff  = "charge-off-after"
	flagMethod     = "delinquency-method"
	flagTrailing   = "trailing-reports"
	flagPastDue    = "charge-off-past-due"
)

func (s *settingFlags) flags(f *pflag.FlagSet) {
	f.IntVar(&s.delinquent, flagDelinquent, 0, "try this N1: underpaid cycles until a loan is delinquent; 0: never")
	f.IntVar(&s.chargeOff, flagChargeOff, 0, "try this N2: further underpaid cycles until it is charged off; 0: never")
	f.StringVar(&s.method, flagMethod, "", "try counting the buckets of delinquency by days or months")
	f.IntVar(&s.trailing, flagTrailing, 0, "try reporting the final record of an account so often, 1 to 3")
	f.StringVar(&s.pastDue, flagPastDue, "", "try this amount past due of charge-offs: balance or zero")
	f.StringVar(&s.product, "product", "", "with a setting: of this product alone")
	f.StringVar(&s.program, "program", "", "with a setting: of this program alone (--"+flagPastDue+")")
	f.Var(&s.asOf, "as-of", "with a setting: the files of this date; default the newest")
}

// any reports whether a setting is tried.
func (s *settingFlags) any(c *cobra.Command) bool {
	for _, name := range []string{flagDelinquent, flagChargeOff, flagMethod, flagTrailing, flagPastDue, "product", "program", "as-of"} {
		if c.Flags().Changed(name) {
			return true
		}
	}
	return false
}

// question is what is asked.
func (s *settingFlags) question(c *cobra.Command) bureau.WhatIf {
	q := bureau.WhatIf{
		Method: rules.DelinquencyMethod(s.method), ChargeOffPastDue: rules.ChargeOffPastDue(s.pastDue),
		Product: s.product, Program: s.program, AsOf: rules.Date(s.asOf),
	}
	for name, n := range map[string]struct {
		value *int
		to    **int
	}{flagDelinquent: {&s.delinquent, &q.DelinquentAfter}, flagChargeOff: {&s.chargeOff, &q.ChargeOffAfter}, flagTrailing: {&s.trailing, &q.TrailingReports}} {
		if c.Flags().Changed(name) {
			*n.to = n.value
		}
	}
	return q
}

// simulateSettings prints what the last files would say with other settings.
func (a *app) simulateSettings(ctx context.Context, c *cobra.Command, s simulation) error {
	if s.from != 0 || s.to != 0 || s.extract != "" || len(s.loans) > 0 {
		return &ending{err: errors.New("--from, --to, --loan and --extract run nights; leave them out to try a setting"), code: exitUsage, hint: hintHelp("furnisher simulate")}
	}
	q := s.settings.question(c)
	return a.withDatabase(ctx, func(db *database.Database) error {
		v, err := a.vault(ctx, db)
		if err != nil {
			return err
		}
		e, err := q.Effects(ctx, db.DB, v, nil)
		switch {
		case errors.Is(err, bureau.ErrWhatIf):
			return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher simulate")}
		case errors.Is(err, bureau.ErrNoFiles):
			return &ending{err: err, code: exitFailed, hint: "furnisher files"}
		case err != nil:
			return err
		}
		for i := range e.Examples {
			e.Examples[i].AccountNumber = inquiry.MaskAccount(e.Examples[i].AccountNumber)
		}
		if s.asJSON {
			return printJSON(a.stdout, e)
		}
		return a.printEffects(e)
	})
}

// printEffects prints what would be otherwise.
func (a *app) printEffects(e *bureau.Effects) error {
	err := a.say("files as of %s, with the setting in force after %s: of %d loans %d would be reported otherwise, of %d consumers; nothing was changed\n",
		e.AsOf, e.Since, e.Loans, e.Changed, e.Consumers)
	if err == nil && e.Kept > 0 {
		err = a.say("%d loans are left as they are, because people or closed days had a hand in what moved them\n", e.Kept)
	}
	var files, fields, examples [][]any
	for _, f := range e.Files {
		files = append(files, []any{f.File, reporter(f.Program, f.Destination), f.Records, f.Would, f.Changed})
	}
	for _, f := range e.Fields {
		fields = append(fields, []any{f.Field, f.Records})
	}
	for i := range e.Examples {
		x := &e.Examples[i]
		says := ""
		for k, c := range x.Fields {
			if k > 0 {
				says += ", "
			}
			if says += c.Field; c.From+c.To != "" {
				says += fmt.Sprintf(" %s → %s", dash(c.From), dash(c.To))
			}
		}
		examples = append(examples, []any{x.LoanID, x.AccountNumber, x.File, x.From, x.To, x.Rule, dash(says)})
	}
	for _, table := range []struct {
		title   string
		heading []string
		rows    [][]any
	}{
		{"files", []string{">file", "program", ">records", ">would be", ">differ"}, files},
		{"fields", []string{"field", ">records"}, fields},
		{"statuses", []string{"from", "to", ">records"}, statusRows(e.Statuses)},
		{"loans", []string{"from", "to", ">loans"}, statusRows(e.LoanMoves)},
		{"examples", []string{"loan", "account", ">file", "from", "to", "rule", "fields"}, examples},
	} {
		if err == nil && len(table.rows) > 0 {
			err = printTitled(a.stdout, table.title, table.heading, table.rows)
		}
	}
	return err
}

func statusRows(effects []bureau.StatusEffect) (rows [][]any) {
	for _, s := range effects {
		rows = append(rows, []any{s.From, s.To, s.Count})
	}
	return rows
}
