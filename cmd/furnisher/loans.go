package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/look"
)

func (a *app) loansCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "loans", Short: shortLoans, Long: longLoans, Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printStream(a.stdout, asJSON, headLoans, loanLine, func(yield func(*look.Loan) error) error {
					return look.Loans(ctx, db, yield)
				})
			})
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, flagJSONLines)
	return c
}

func loanLine(w io.Writer, l *look.Loan) error {
	_, err := fmt.Fprintf(w, lineLoans, l.LoanID, l.AccountNumber, l.Status, l.StatusSince, shown(l.ClosedOn), l.ServicingStatus, shown(l.StopReason))
	return err
}

func (a *app) exclusionsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "exclusions FILE", Short: shortExclusions, Long: longExclusions, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				file, err := fileNumber(ctx, db, args[0])
				if err != nil {
					return err
				}
				return printStream(a.stdout, asJSON, headExclusions, exclusionLine, func(yield func(*look.Exclusion) error) error {
					return look.Exclusions(ctx, db, file, yield)
				})
			})
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, flagJSONLines)
	return c
}

func exclusionLine(w io.Writer, x *look.Exclusion) error {
	_, err := fmt.Fprintf(w, lineExclusions, x.LoanID, x.AccountNumber, x.Reason, x.Rule, x.Detail)
	return err
}

// printStream prints rows one at a time as they come, as JSON lines or below a heading: a book does not
// fit into a table that is laid out as a whole.
func printStream[T any](w io.Writer, asJSON bool, heading string, line func(io.Writer, *T) error, rows func(func(*T) error) error) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	if asJSON {
		var lines *json.Encoder = jsonLines(buffered)
		line = func(_ io.Writer, row *T) error { return lines.Encode(row) }
	} else if _, err := fmt.Fprintln(buffered, heading); err != nil {
		return err
	}
	err := rows(func(row *T) error { return line(buffered, row) })
	return errors.Join(err, buffered.Flush())
}
