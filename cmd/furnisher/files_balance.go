package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
)

func (a *app) fileBalanceCommand() *cobra.Command {
	var now, asCSV, asJSON bool
	c := &cobra.Command{
		Use: "balance FILE [--now]", Short: "prove that a file tells of the whole book", Args: cobra.ExactArgs(1),
		Long: `Prints the balance sheet of a file (BR8). Each account of the destination's file before is in this one, final, deleted, in another
program by now, or left out with a reason; each loan of the program is in it or left out with a reason; none vanished. The database
releases no file for which that does not hold. A released file shows the sheet as it was signed with the release; one that is not
released, and any file with --now, as the tables are now. The exit status is 6 if it does not hold; then the loans are named.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if asCSV && asJSON {
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher files balance")}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				number, err := fileNumber(ctx, db, args[0])
				if err != nil {
					return err
				}
				b, err := bureau.BalanceOf(ctx, db, number, now)
				if err != nil {
					return err
				}
				switch {
				case asJSON:
					err = printJSON(a.stdout, balanceDocument(b))
				case asCSV:
					err = a.balanceCSV(b)
				default:
					err = a.printBalance(b)
				}
				if err == nil && !b.Holds() {
					err = &bureau.UnbalancedError{Balance: b}
				}
				return err
			})
		}),
	}
	c.Flags().BoolVar(&now, "now", false, "as the tables are now, also of a file that is signed")
	c.Flags().BoolVar(&asCSV, "csv", false, "print CSV, in which no cell is a formula")
	jsonFlag(c, &asJSON)
	return c
}

// balanceDocument is a balance sheet as JSON tells it.
func balanceDocument(b *bureau.Balance) any {
	return struct {
		*bureau.Balance
		Final   int64 `json:"accounts_before_final"`
		Deleted int64 `json:"accounts_before_deleted"`
		Holds   bool  `json:"holds"`
	}{b, b.Final(), b.Deleted(), b.Holds()}
}

// balanceLine is a line of a balance sheet.
type balanceLine struct {
	text  string
	count int64
}

// balanceLines are the two halves of a balance sheet: a total each, then its parts.
func balanceLines(b *bureau.Balance) (before, book []balanceLine) {
	ended := b.Final() + b.Deleted()
	before = []balanceLine{
		{beforeText(b), b.Last},
		{"  in this file", b.Here},
		{"  final", b.Final()},
		{"  deleted", b.Deleted()},
		{"  left out with a reason", b.LeftOut - ended},
		{"  in another program", b.Moved},
		{"  vanished", b.Vanished},
	}
	if n := b.Outdated(); n > 0 {
		before = append(before, balanceLine{"  of final and deleted: by a file that was taken back", n})
	}
	book = []balanceLine{
		{"loans of the program", b.Book},
		{"  in this file", b.Reported},
		{"  left out with a reason", b.Excluded},
		{"  neither", b.Missing},
	}
	for _, extra := range []balanceLine{{"  both", b.Twice}, {"  in this file, not stored", b.Unkept}} {
		if extra.count != 0 {
			book = append(book, extra)
		}
	}
	return before, book
}

// beforeText names the file before.
func beforeText(b *bureau.Balance) string {
	if b.Before == nil || b.BeforeAsOf == nil {
		return "accounts of the file before: there is none"
	}
	return fmt.Sprintf("accounts of file %d, as of %s", *b.Before, b.BeforeAsOf)
}

func (a *app) printBalance(b *bureau.Balance) error {
	before, book := balanceLines(b)
	rows := make([][]any, 0, len(before)+len(book))
	for _, line := range append(before, book...) {
		rows = append(rows, []any{line.text, line.count})
	}
	err := a.say("balance of file %d, program %s, %s, as of %s: %s, records %d\n", b.File, b.Program, b.Destination, b.AsOf, b.State, b.Records)
	if err == nil {
		err = printTable(a.stdout, []string{"", ">accounts"}, rows)
	}
	if err == nil && len(b.Reasons) > 0 {
		reasons := make([][]any, len(b.Reasons))
		for i, r := range b.Reasons {
			reasons[i] = []any{r.Reason, r.Accounts, r.OfLast}
		}
		err = printTitled(a.stdout, "left out", []string{"reason", ">loans", ">of the file before"}, reasons)
	}
	if err == nil && len(b.Faults) > 0 {
		faults := make([][]any, len(b.Faults))
		for i, f := range b.Faults {
			faults[i] = []any{dash(f.LoanID), f.Why}
		}
		err = printTitled(a.stdout, "it does not hold for", []string{"loan", "why"}, faults)
	}
	if err != nil {
		return err
	}
	if b.SignedBy == nil || b.SignedAt == nil {
		return a.say("not signed\n")
	}
	return a.say("signed by %s at %s: %s\n", *b.SignedBy, b.SignedAt.UTC().Format(timeLayout), shown(b.SignedWhy))
}

// balanceCSV prints a line for each line of the sheet, each reason and each loan for which it does not hold.
func (a *app) balanceCSV(b *bureau.Balance) error {
	w := csv.NewWriter(a.stdout)
	row := func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = fmt.Sprint(cell)
		}
		_ = w.Write(csvCells(texts...)) // its error sticks
	}
	row("part", "line", "accounts", "of_the_file_before")
	before, book := balanceLines(b)
	for _, line := range before {
		row("file before", strings.TrimSpace(line.text), line.count, "")
	}
	for _, line := range book {
		row("program", strings.TrimSpace(line.text), line.count, "")
	}
	for _, r := range b.Reasons {
		row("left out", r.Reason, r.Accounts, r.OfLast)
	}
	for _, f := range b.Faults {
		row("does not hold", f.LoanID, f.Why, "")
	}
	w.Flush()
	return w.Error()
}

// balanceText is the balance of a file that is released, in a line; empty: there is none.
func balanceText(b *bureau.Balance) string {
	if b == nil {
		return ""
	}
	before := "no file before"
	if b.Before != nil {
		before = fmt.Sprintf("%s: %d = in this file %d + final %d + deleted %d + left out %d + in another program %d, vanished %d",
			beforeText(b), b.Last, b.Here, b.Final(), b.Deleted(), b.LeftOut-b.Final()-b.Deleted(), b.Moved, b.Vanished)
	}
	return fmt.Sprintf("balance: %s; loans of the program %d = in this file %d + left out %d\n", before, b.Book, b.Reported, b.Excluded)
}
