package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/fixtures"
)

func (a *app) generateCommand() *cobra.Command {
	o := fixtures.Options{}.WithDefaults()
	c := &cobra.Command{
		Use: "generate --out DIR", Short: shortGenerate, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if o.Out == "" {
				return &ending{err: errNoOut, code: exitUsage, hint: hintHelp("furnisher generate")}
			}
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
	c.Flags().StringVar(&o.Out, "out", "", flagOut)
	return c
}
