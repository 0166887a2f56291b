package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/rules"
)

// simulation is what a person asks of `simulate`.
type simulation struct {
	from, to dateFlag
	loans    []string
	extract  string
	asJSON   bool
	settings settingFlags
}

// simulatedNight is what one night of a simulation did.
type simulatedNight struct {
	BusinessDate rules.Date          `json:"business_date"`
	Steps        []batch.StepSummary `json:"steps"`
	Files        []batch.FileSummary `json:"files"`
	Exceptions   int64               `json:"exceptions"`
	*inquiry.NightChanges
}

func (a *app) simulateCommand() *cobra.Command {
	var s simulation
	var c *cobra.Command
	c = &cobra.Command{
		Use: "simulate --from YYYY-MM-DD --to YYYY-MM-DD", Short: "show what nights, or another setting of the rules, would change", Args: cobra.NoArgs,
		Long: `Copies the database on its own server, runs the night of each date on the copy, prints what each one changed, and drops
the copy. The book and the bureaus' files stay as they are. With --loan only the changes of these loans are shown, and also
their first tradelines; with --extract an extract is imported into the copy first. Nobody else may be connected to the database
while it is copied (exit status 5).

` + helpSettings,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if s.settings.any(c) {
				return a.simulateSettings(ctx, c, s)
			}
			if s.from == 0 || s.to == 0 || s.to < s.from {
				return &ending{err: errors.New("--from and --to must be given, and --to is not before --from"), code: exitUsage, hint: "furnisher simulate --from 2026-10-01 --to 2026-10-31"}
			}
			return a.simulate(ctx, s)
		}),
	}
	c.Flags().Var(&s.from, "from", "business date of the first night")
	c.Flags().Var(&s.to, "to", "business date of the last night")
	c.Flags().StringSliceVar(&s.loans, "loan", nil, "loan to show; may be repeated; default all")
	c.Flags().StringVar(&s.extract, "extract", "", "folder of an extract to import into the copy first")
	c.Flags().BoolVar(&s.asJSON, "json", false, "print a line of JSON for each night, or a document for settings")
	s.settings.flags(c.Flags())
	return c
}

func (a *app) simulate(ctx context.Context, s simulation) (err error) {
	files, err := os.MkdirTemp("", "furnisher-simulation-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(files)) }()
	err = a.withURL(ctx, func(url string) error {
		return database.WithCopy(ctx, url, func(copied string) error {
			config := database.Config{URL: copied, Private: a.storage().external.URL == "", Log: a.log}
			return connected(ctx, config, func(db *database.Database) error { return a.simulated(ctx, db, s, files) })
		})
	})
	if err != nil || s.asJSON {
		return err
	}
	return a.say("The copy is dropped; the book and the files are as they were.\n")
}

// simulated runs the nights on the copy.
func (a *app) simulated(ctx context.Context, db *database.Database, s simulation, files string) error {
	if s.extract != "" {
		v, err := a.vault(ctx, db)
		if err != nil {
			return err
		}
		if _, err := intake.Import(ctx, db.DB, intake.Options{Dir: s.extract, Now: a.now, Direct: db.Direct, Vault: v}.WithDefaults()); err != nil {
			return err
		}
	}
	if err := inquiry.CheckLoans(ctx, db.DB, s.loans); err != nil {
		return &ending{err: err, code: exitUsage, hint: "furnisher loans"}
	}
	const why = "a simulation"
	for date := rules.Date(s.from); date <= rules.Date(s.to); date++ {
		n := night{date: date, workers: workersFlag{here: batch.DefaultWorkers}, patience: batch.DefaultPatience, share: batch.Share{Count: 1}, why: why, allow: why, allowGap: why, dir: files}
		summary, err := a.night(ctx, db, n)
		if err != nil {
			return fmt.Errorf("night of %s: %w", date, err)
		}
		changes, err := inquiry.Changes(ctx, db.DB, summary.Run, s.loans)
		if err != nil {
			return err
		}
		done := simulatedNight{date, summary.Steps, summary.Files, summary.ExceptionLoans, changes}
		if s.asJSON {
			err = jsonLines(a.stdout).Encode(done)
		} else {
			err = a.printSimulated(&done)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// printSimulated prints a night that changed anything.
func (a *app) printSimulated(n *simulatedNight) error {
	if err := a.printChanges(n.BusinessDate, n.NightChanges); err != nil {
		return err
	}
	if n.Exceptions > 0 {
		if err := a.say("night of %s: %d loans would be exceptions\n", n.BusinessDate, n.Exceptions); err != nil {
			return err
		}
	}
	for _, f := range n.Files {
		if err := a.say("night of %s: file of %s as of %s: %s, %d left out, %s\n", n.BusinessDate, reporter(f.Program, f.Destination), f.AsOf, counted(int(f.Records), "record"), f.Excluded, counted(int(f.Deletions), "deletion")); err != nil {
			return err
		}
	}
	return nil
}

// printChanges prints what a night changed of loans, if anything.
func (a *app) printChanges(d rules.Date, n *inquiry.NightChanges) error {
	rows := make([][]any, 0, len(n.Moves)+len(n.Tradelines))
	for _, m := range n.Moves {
		rows = append(rows, []any{m.LoanID, strings.ToLower(m.State) + " status", dash(m.From), m.To, m.Rule, compact(m.Facts)})
	}
	for _, t := range n.Tradelines {
		rows = append(rows, []any{
			t.LoanID, fmt.Sprintf("tradeline of %s", t.AsOf), tradelineWords(t.From, t.FromPastDue, t.FromDOFD),
			tradelineWords(t.To, t.ToPastDue, t.ToDOFD), t.Rule, compact(t.Facts),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	return printTitled(a.stdout, "night of "+d.String(), []string{"loan", "what", "from", "to", "rule", "facts"}, rows)
}

// tradelineWords says the status of a tradeline, what is past due, and since when.
func tradelineWords(status string, pastDue int64, dofd *rules.Date) string {
	words := dash(status)
	if pastDue > 0 {
		words += fmt.Sprintf(", past due %d", pastDue)
	}
	if dofd != nil {
		words += ", first delinquency " + dofd.String()
	}
	return words
}
