package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
)

func (a *app) boardCommand() *cobra.Command {
	var b bureau.Boarding
	var asCSV, asJSON bool
	c := &cobra.Command{
		Use: "board FILE... --program P --why TEXT", Short: "take over what a former servicer reported, from its Metro 2 files", Args: cobra.MinimumNArgs(1),
		Long: `Reads Metro 2 files of a program's former servicer, in either format, and keeps what they said of each loan: the payment history,
the date of first delinquency, the original charge-off amount, deletions (DA, DF), ends that were told, the consumers' indicators. The
first file of our own goes on from there as from one of ours, and is compared with the last of them when it is released. Import the
book first.

A record fits a loan of the program that has its account number (or is announced by it in an L1), was opened on the same day, and has one
of its consumers, by the keyed hash of the social security number. What fits none is listed account by account. An account that is late or
charged off without a date of first delinquency is boarded, listed, and held from our files until loans.csv gives first_delinquency_on
(BR12). The exit status is 3 if something is listed.

Files are boarded oldest first, all of them or none; a file that was boarded before changes nothing. It is refused once a file of our own
counts for the program. furnisher files lists what was boarded as BOARDED; files void takes it back. The records that fit are kept in the
folder boarded beside our files. A call that was killed has boarded nothing: repeat it. What it left in the folder is named by furnisher
doctor, and goes with the next call.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			switch {
			case asCSV && asJSON:
				return &ending{err: errOneFormat, code: exitUsage, hint: hintHelp("furnisher board")}
			case b.Program == "":
				return missingFlag("--program", "furnisher board FILE --program P --why TEXT")
			case b.Why == "" && !b.DryRun:
				return missingFlag("--why", "furnisher board FILE --program P --why TEXT")
			case b.MaxMisfits < 0 || b.MaxMisfits > 100:
				return &ending{err: errors.New("--max-misfits is from 0 to 100, in a hundred records"), code: exitUsage, hint: hintHelp("furnisher board")}
			}
			if b.Why == "" {
				b.Why = "-"
			}
			b.Paths, b.Who = args, a.who()
			return a.withDatabase(ctx, func(db *database.Database) error {
				dir, err := a.filesDir()
				if err != nil {
					return err
				}
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				done, err := bureau.Files{Dir: dir, Vault: v}.Board(ctx, db.DB, db.Direct, b, a.now())
				if err != nil && !errors.Is(err, bureau.ErrMisfits) {
					return err
				}
				if err == nil {
					err = listedOf(done)
				}
				return errors.Join(a.printBoarded(done, b.DryRun || errors.Is(err, bureau.ErrMisfits), asCSV, asJSON), err)
			})
		}),
	}
	c.Flags().StringVar(&b.Program, "program", "", "program that the files are of")
	c.Flags().StringVar(&b.Why, "why", "", "reason, for the ledger")
	c.Flags().Float64Var(&b.MaxMisfits, "max-misfits", 5, "board nothing if more of a hundred records of a file fit no loan")
	c.Flags().BoolVar(&b.AnyTrailer, "any-trailer", false, "take files whose trailer is missing or counts other records")
	c.Flags().BoolVar(&b.DryRun, "dry-run", false, "say what would be boarded, and board nothing")
	c.Flags().BoolVar(&asCSV, "csv", false, "print the listed accounts as CSV, in which no cell is a formula")
	jsonFlag(c, &asJSON)
	return c
}

// listedOf is the ending of a boarding with accounts at which a person must look.
func listedOf(done []bureau.Boarded) error {
	n := int64(0)
	for i := range done {
		for _, r := range done[i].Reasons {
			n += r.Accounts
		}
	}
	if n == 0 {
		return nil
	}
	return &ending{err: fmt.Errorf("accounts to look at: %d", n), code: exitExceptions, hint: "import what the book lacks, void the boarded files and board them again; a date of first delinquency is given in loans.csv"}
}

func (a *app) printBoarded(done []bureau.Boarded, nothing, asCSV, asJSON bool) error {
	switch {
	case asJSON:
		return printJSON(a.stdout, done)
	case asCSV:
		w := csv.NewWriter(a.stdout)
		_ = w.Write([]string{"file", "record", "account", "loan", "reason", "detail"}) // its error sticks
		for i := range done {
			for _, m := range done[i].Listed {
				_ = w.Write(csvCells(fmt.Sprint(done[i].File), fmt.Sprint(m.Record), masked(m.AccountNumber), m.LoanID, m.Reason, m.Detail))
			}
		}
		w.Flush()
		return w.Error()
	}
	for i := range done {
		if err := a.printBoardedFile(&done[i], nothing); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printBoardedFile(b *bureau.Boarded, nothing bool) error {
	what := fmt.Sprintf("is file %d", b.File)
	switch {
	case nothing:
		what = "is not boarded"
	case b.Known:
		what = fmt.Sprintf("was boarded before as file %d; nothing changed", b.File)
	}
	err := a.say("%s %s, as of %s, %s: records %d, boarded %d, deletions %d, loans without a record %d\n",
		b.GivenName, what, b.AsOf, b.Destination, b.Given, b.Boarded, b.Deletions, b.Missing)
	if err != nil || len(b.Listed) == 0 {
		return err
	}
	reasons := make([]string, len(b.Reasons))
	for i, r := range b.Reasons {
		reasons[i] = fmt.Sprintf("%s %d", r.Reason, r.Accounts)
	}
	rows := make([][]any, len(b.Listed))
	for i, m := range b.Listed {
		rows[i] = []any{m.Record, masked(m.AccountNumber), dash(m.LoanID), m.Reason, m.Detail}
	}
	return printTitled(a.stdout, "accounts to look at: "+strings.Join(reasons, ", "), []string{">record", "account", "loan", "reason", "detail"}, rows)
}
