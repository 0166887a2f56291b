package main

import (
	"context"
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
		Use: "generate --out DIR", Short: shortGenerate, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if o.Out == "" {
				return &ending{err: errNoOut, code: exitUsage, hint: hintHelp("furnisher generate")}
			}
			o.Since, o.Until = rules.Date(since), rules.Date(until)
			summary, err := fixtures.Generate(ctx, o)
			if err != nil || a.settings.quiet {
				return err
			}
			_, err = fmt.Fprint(a.stdout, summary)
			return err
		}),
	}
	c.Flags().IntVar(&o.Loans, "loans", o.Loans, flagLoans)
	c.Flags().IntVar(&o.Months, "months", o.Months, flagMonths)
	c.Flags().Uint64Var(&o.Seed, "seed", o.Seed, flagSeed)
	c.Flags().IntVar(&o.First, "first-loan", 0, flagFirstLoan)
	c.Flags().IntVar(&o.Last, "last-loan", 0, flagLastLoan)
	c.Flags().Var(&since, "since", flagSince)
	c.Flags().Var(&until, "until", flagUntil)
	c.Flags().BoolVar(&o.Sparse, "sparse", false, flagSparse)
	c.Flags().StringVar(&o.Out, "out", "", flagOut)
	return c
}
