package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

func (a *app) generateCommand() *cobra.Command {
	o := fixtures.Options{}.WithDefaults()
	o.First, o.Last = 0, 0 // the size of the book decides
	var since, until dateFlag
	c := &cobra.Command{
		Use: "generate --out DIR", Short: "write a servicing extract of invented loans", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if o.Out == "" {
				return &ending{err: errors.New("--out is missing"), code: exitUsage, hint: hintHelp("furnisher generate")}
			}
			o.Since, o.Until = rules.Date(since), rules.Date(until)
			summary, err := fixtures.Generate(ctx, o)
			if errors.Is(err, fixtures.ErrOptions) {
				return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher generate")}
			}
			if err != nil || a.settings.quiet {
				return err
			}
			_, err = fmt.Fprint(a.stdout, summary)
			return err
		}),
	}
	c.Flags().IntVar(&o.Loans, "loans", o.Loans, "loans to make")
	c.Flags().IntVar(&o.Months, "months", o.Months, "months of history of an older loan")
	c.Flags().Uint64Var(&o.Seed, "seed", o.Seed, "seed; another one makes another book")
	c.Flags().IntVar(&o.First, "first-loan", 0, "first loan to write, counted from 1; default all")
	c.Flags().IntVar(&o.Last, "last-loan", 0, "last loan to write; default all")
	c.Flags().Var(&since, "since", "write only what came after this date: the delta to an extract made then")
	c.Flags().Var(&until, "until", "leave out what came after this date")
	c.Flags().BoolVar(&o.Sparse, "sparse", false, "make a ledger like a large lender's: interest every third cycle, most loans due early in the month")
	c.Flags().IntVar(&o.Cases, "cases", 0, "give a case, or terms that few loans have, to so many loans in a hundred")
	c.Flags().StringVar(&o.Out, "out", "", "folder for the CSV files")
	return c
}
