package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/sample"
)

// sampling holds the settings of `sample`.
type sampling struct {
	accounts int
	seed     int64
	seeded   bool
	out      string
	asJSON   bool
	dryRun   bool
}

func (a *app) sampleCommand() *cobra.Command {
	s := sampling{accounts: sample.DefaultAccounts}
	c := &cobra.Command{
		Use: "sample [FILE...]", Short: "draw accounts from files, derive their values again, and file a signed sheet", Args: cobra.ArbitraryArgs,
		Long: `Draws accounts by stratum from files of the bureaus (the newest of each destination, if none is named): one at least of each
stratum that a file has, the others by their share. Each value of their records is derived again from the rows that the
lender sent, by code that shares nothing with the export, and compared with the file on disk. What that code does not know,
as in a bankruptcy or a correction, is left to a person, with the reason. [12 CFR 1022, appendix E]

The sheet is filed as a row that nobody changes, with who signed it, when, the seed and the hash of the file. The same file and
seed draw the same sheet while the rows stay. --out writes it as JSON, CSV and PDF. What identifies a person is compared and
not shown. The exit status is 9 if a value differs; 6 if a file is not the one that was made.`,
		RunE: func(c *cobra.Command, args []string) error {
			s.seeded = c.Flags().Changed("seed")
			return a.does(func(ctx context.Context, args []string) error {
				return a.withDatabase(ctx, func(db *database.Database) error { return a.sample(ctx, db, args, &s) })
			})(c, args)
		},
	}
	numberFlag(c.Flags(), &s.accounts, "n", 1, sample.MaxAccounts, "accounts that are drawn from a file")
	c.Flags().Int64Var(&s.seed, "seed", 0, "seed of the draw; default one that nobody can guess")
	c.Flags().StringVar(&s.out, "out", "", "folder for the sheets as JSON, CSV and PDF")
	c.Flags().BoolVar(&s.dryRun, "dry-run", false, "file nothing")
	jsonFlag(c, &s.asJSON)
	c.AddCommand(a.sampleListCommand(), a.sampleShowCommand())
	return c
}

// drawn is a sheet with the number under which it is filed, 0 for a dry run.
type drawn struct {
	Sample int64         `json:"sample"`
	Who    string        `json:"signed_by"`
	At     string        `json:"signed_at"`
	SHA256 string        `json:"sha256"`
	Sheet  *sample.Sheet `json:"sheet"`
}

func (a *app) sample(ctx context.Context, db *database.Database, names []string, s *sampling) error {
	files, err := sampledFiles(ctx, db.DB, names)
	if err != nil {
		return err
	}
	if !s.seeded {
		if s.seed, err = unguessed(); err != nil {
			return err
		}
	}
	opened, err := a.vault(ctx, db)
	if err != nil {
		return err
	}
	sheets, differing := []drawn{}, 0
	for _, file := range files {
		sheet, err := sample.Draw(ctx, db.DB, file, sample.Options{Accounts: s.accounts, Seed: s.seed, Keys: opened.Keys})
		if err != nil {
			return sampleFailed(file, err)
		}
		d, err := a.signed(ctx, db.DB, sheet, s.dryRun)
		if err != nil {
			return err
		}
		if err := writeSheet(s.out, d); err != nil {
			return err
		}
		sheets, differing = append(sheets, *d), differing+sheet.Differing
		if !s.asJSON {
			if err := printSheet(a.stdout, d); err != nil {
				return err
			}
		}
	}
	if s.asJSON {
		if err := printJSON(a.stdout, sheets); err != nil {
			return err
		}
	}
	if differing > 0 {
		return &ending{
			err: fmt.Errorf("values that differ from what was derived: %d", differing), code: exitDiffers,
			hint: "furnisher explain LOAN --field FIELD says where the value comes from; void the file before it is sent, or correct the account",
		}
	}
	return nil
}

// sampledFiles are the numbers of the files named, or the newest of each destination.
func sampledFiles(ctx context.Context, db *sqlx.DB, names []string) (files []int64, err error) {
	if len(names) == 0 {
		if files, err = sample.Newest(ctx, db); err == nil && len(files) == 0 {
			err = &ending{err: errors.New("there is no file yet"), code: exitFailed, hint: "furnisher run"}
		}
		return files, err
	}
	for _, name := range names {
		number, err := fileNumber(ctx, db, name)
		if err != nil {
			return nil, err
		}
		files = append(files, number)
	}
	return files, nil
}

// unguessed is a seed that nobody can guess or choose.
func unguessed() (int64, error) {
	var b [8]byte
	_, err := rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]) >> 1), err
}

// sampleFailed gives exit status and hint of a file that cannot be sampled.
func sampleFailed(file int64, err error) error {
	err = fmt.Errorf("file %d: %w", file, err)
	switch {
	case errors.Is(err, sample.ErrOtherBytes):
		return &ending{err: err, code: exitInvalid, hint: fmt.Sprintf("furnisher files verify %d", file)}
	case errors.Is(err, sample.ErrNoFile):
		return &ending{err: err, code: exitFailed, hint: "furnisher files"}
	case errors.Is(err, os.ErrNotExist):
		return &ending{err: err, code: exitFailed, hint: fmt.Sprintf("furnisher files rebuild %d", file)}
	}
	return err
}

// signed files a sheet under the name of whoever runs the command, but for a dry run.
func (a *app) signed(ctx context.Context, db *sqlx.DB, sheet *sample.Sheet, dryRun bool) (*drawn, error) {
	_, hash, err := sheet.Bytes()
	if err != nil {
		return nil, err
	}
	at := a.now().UTC()
	d := &drawn{Who: a.who(), At: at.Format("2006-01-02T15:04:05Z"), SHA256: hash, Sheet: sheet}
	if !dryRun {
		d.Sample, err = sample.File(ctx, db, sheet, d.Who, at)
	}
	return d, err
}

// sheetHeading heads the table of values.
var sheetHeading = []string{"loan", "account", "record", "stratum", "field", "reported", "derived", "why"}

// printSheet prints what was drawn and what differs.
func printSheet(w io.Writer, d *drawn) error {
	s := d.Sheet
	name := "not filed"
	if d.Sample != 0 {
		name = fmt.Sprintf("sample %d", d.Sample)
	}
	_, err := fmt.Fprintf(w, "%s  file %d of %s as of %s  seed %d  signed by %s at %s\nsheet sha256 %s\nfile sha256  %s\n",
		name, s.File, s.Program, s.AsOf, s.Seed, d.Who, d.At, d.SHA256, s.FileSHA256)
	var strata, differing [][]any
	for _, x := range s.Strata {
		strata = append(strata, []any{x.Name, x.InFile, x.Drawn})
	}
	for _, x := range s.Accounts {
		for _, f := range x.Fields {
			if f.Verdict == sample.Differs {
				differing = append(differing, []any{dash(x.LoanID), x.Account, x.Record, x.Stratum, f.Field, dash(f.Reported), dash(f.Derived), dash(f.Why)})
			}
		}
	}
	err = errors.Join(err, printTable(w, []string{"stratum", ">in the file", ">drawn"}, strata))
	if len(differing) > 0 {
		err = errors.Join(err, printTitled(w, "values that differ", sheetHeading, differing))
	}
	_, failed := fmt.Fprintf(w, "accounts %d, values compared %d, differing %d, left to a person %d\n", s.Drawn, s.Compared, s.Differing, s.ByHand)
	return errors.Join(err, failed)
}

// writeSheet writes a sheet into a folder in three forms, each whole or not at all.
func writeSheet(folder string, d *drawn) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	name := filepath.Join(folder, fmt.Sprintf("sample-%d-file-%d", d.Sample, d.Sheet.File))
	return errors.Join(
		writeWhole(name+".json", func(w io.Writer) error { return d.write(w, "json") }),
		writeWhole(name+".csv", func(w io.Writer) error { return d.write(w, "csv") }),
		writeWhole(name+".pdf", func(w io.Writer) error { return d.write(w, "pdf") }),
	)
}

// sheetCSV writes every value of a sheet.
func sheetCSV(w io.Writer, d *drawn) error {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	err := out.Write([]string{"sample", "file", "seed", "signed_by", "signed_at", "loan_id", "account", "record", "stratum", "field", "reported", "derived", "verdict", "why"})
	for _, x := range d.Sheet.Accounts {
		for _, f := range x.Fields {
			err = errors.Join(err, out.Write(csvCells(
				strconv.FormatInt(d.Sample, 10), strconv.FormatInt(d.Sheet.File, 10), strconv.FormatInt(d.Sheet.Seed, 10), d.Who, d.At,
				x.LoanID, x.Account, strconv.Itoa(x.Record), x.Stratum, f.Field, f.Reported, f.Derived, string(f.Verdict), f.Why,
			)))
		}
	}
	out.Flush()
	return errors.Join(err, out.Error(), buffered.Flush())
}

func (a *app) sampleListCommand() *cobra.Command {
	var asJSON bool
	limit := 100
	c := &cobra.Command{
		Use: "list", Short: "list the sheets that were filed, newest first", Args: cobra.NoArgs,
		Long: "Lists the sheets that were filed, newest first.",
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				list, err := sample.Filings(ctx, db, 0, limit)
				switch {
				case err != nil:
					return err
				case asJSON:
					return printJSON(a.stdout, list)
				}
				rows := make([][]any, len(list))
				for i, x := range list {
					rows[i] = []any{x.Sample, x.File, x.Program, x.AsOf, x.Seed, x.Drawn, x.Compared, x.Differing, x.ByHand, x.Who, x.At.UTC().Format("2006-01-02 15:04")}
				}
				return printTable(a.stdout, []string{
					">sample", ">file", "program", "as of", ">seed", ">accounts", ">compared", ">differing", ">left to a person", "signed by", "signed at",
				}, rows)
			})
		}),
	}
	numberFlag(c.Flags(), &limit, "limit", 1, 0, "list at most this many")
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) sampleShowCommand() *cobra.Command {
	var asJSON bool
	var out string
	c := &cobra.Command{
		Use: "show SAMPLE", Short: "show a sheet as it was signed", Args: cobra.ExactArgs(1),
		Long: "Shows a sheet as it was signed; --out writes it again as JSON, CSV and PDF, the same bytes each time.",
		RunE: a.does(func(ctx context.Context, args []string) error {
			number, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &ending{err: fmt.Errorf("%q is no number of a sheet", args[0]), code: exitUsage, hint: "furnisher sample list"}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				f, err := sample.Filed(ctx, db, number)
				if err != nil {
					return &ending{err: err, code: exitFailed, hint: "furnisher sample list"}
				}
				d := filedSheet(f)
				if err := writeSheet(out, d); err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, d)
				}
				return printSheet(a.stdout, d)
			})
		}),
	}
	c.Flags().StringVar(&out, "out", "", "folder for the sheet as JSON, CSV and PDF")
	jsonFlag(c, &asJSON)
	return c
}
