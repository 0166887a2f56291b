package main

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
)

// longestNumber bounds what is read as a number.
const longestNumber = 64

func (a *app) customersFindCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "find", Short: "find customers by social security number", Args: cobra.NoArgs,
		Long: `Finds the customers with a social security number, and their loans. The number is read from the standard input, a line, so that it
is neither in the history of the shell nor in the list of processes; it is found by its keyed hash, and shown nowhere.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			number, err := bufio.NewReader(io.LimitReader(a.stdin, longestNumber)).ReadString('\n')
			if err != nil && err != io.EOF {
				return err
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				desk := a.desk(db.DB)
				if desk.Vault, err = a.vault(ctx, db); err != nil {
					return err
				}
				found, err := desk.FindBySSN(ctx, number)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, found)
				}
				rows := make([][]any, len(found))
				for i, f := range found {
					rows[i] = []any{f.CustomerID, dash(strings.Join(f.Loans, ", "))}
				}
				return printTable(a.stdout, []string{"customer", "loans"}, rows)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}
