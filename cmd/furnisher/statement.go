package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) statementCommand() *cobra.Command {
	var episode int
	var pdf string
	var asJSON bool
	c := &cobra.Command{
		Use: "statement LOAN", Short: "show a loan's final statement, or print it as a PDF", Args: cobra.ExactArgs(1),
		Long: `Shows the final statement of a loan's last closure as it was written that night. With --pdf it is printed as a letter to the
borrower, with the lender and the borrower's address as they are known today. The letter holds personal data: its file is
readable by its owner alone.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if pdf != "" && asJSON || episode < 0 {
				return &ending{err: errors.New("--pdf and --json exclude each other, and --episode counts from 1"), code: exitUsage, hint: "furnisher statement LOAN --pdf FILE"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				letter, err := inquiry.FinalStatement(ctx, db, args[0], episode)
				switch {
				case errors.Is(err, inquiry.ErrNotFound):
					return &ending{err: err, code: exitFailed, hint: "furnisher loan " + args[0]}
				case err != nil:
					return err
				case asJSON:
					return printJSON(a.stdout, letter)
				case pdf != "":
					return a.writeLetter(pdf, letter)
				}
				return printStatement(a.stdout, letter)
			})
		}),
	}
	numberFlag(c.Flags(), &episode, "episode", 1, 0, "number of the closure; default the last one")
	c.Flags().StringVar(&pdf, "pdf", "", "file for the letter to the borrower")
	jsonFlag(c, &asJSON)
	return c
}

// writeLetter writes the letter beside its place and moves it there when it is whole.
func (a *app) writeLetter(name string, letter *inquiry.StatementLetter) error {
	err := writeWhole(name, func(w io.Writer) error { return statementLetter(w, letter) })
	if err != nil {
		return err
	}
	return a.say("The letter is in %s\n", name)
}

// textStatement is the head of a final statement.
const textStatement = `final statement %d of loan %s  account %s  %s
  period                   %s to %s
  status                   %s, closed on %s
  opening balance          %s
  closing balance          %s
`

func printStatement(w io.Writer, l *inquiry.StatementLetter) error {
	_, err := fmt.Fprintf(w, textStatement, l.Episode, l.LoanID, l.AccountNumber, l.ProductName, l.PeriodStart, l.PeriodEnd,
		l.Status, l.DateClosed, l.OpeningBalance, l.ClosingBalance)
	if err != nil || len(l.Transactions) == 0 {
		return err
	}
	rows := make([][]any, len(l.Transactions))
	for i, e := range l.Transactions {
		rows[i] = []any{e.EffectiveOn, entryWords(e), e.Effect}
	}
	return printTitled(w, "transactions", []string{"date", "what", ">amount"}, rows)
}

// entryWords is a posting's type in words: "late fee", "payment, reversed".
func entryWords(e inquiry.StatementEntry) string {
	words := strings.ToLower(strings.ReplaceAll(e.Type, "_", " "))
	if e.Reverses != "" {
		words += ", reversed"
	}
	return words
}
