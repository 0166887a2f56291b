package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) filesCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "files", Short: "list the files made for the bureaus and their states", Args: cobra.NoArgs,
		Long: `Lists the files made for the bureaus, newest first. A file is GENERATED, RELEASED, TRANSMITTED and ACCEPTED, or VOIDED
before it was sent, or REJECTED as a whole after it was sent. FILE is the number of a file, its name or its path.

show tells who did what with a file, when and why. balance proves that it tells of the whole book. verify looks at the file on disk: whether it is the one that was made, and what
the rules and the examiner's checks find in it. rebuild makes a file again that is lost; replace makes a new one instead of one that
was voided or rejected.

release, transmit and accept compare the file on disk with the one that was made, by size and SHA-256; if they differ the
state does not change (exit status 6). release also checks the file as verify does: errors refuse it, and each rule that gives
warnings must be acknowledged. A released file is sent before later ones. void and reject move the file into the folder voided or
rejected beside it. What a voided or rejected file deleted goes into the next one. refuse and answers record what bureaus say of single records of a file
that was sent; furnisher answers lists it.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.File]{
					name: "files", command: "furnisher files", heading: headFiles,
					row:  func(f *inquiry.File) []any { return fileRow((*batch.FileSummary)(&f.FileRow)) },
					read: func(p inquiry.Page) (inquiry.List[inquiry.File], error) { return inquiry.Files(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(
		a.fileShowCommand(), a.fileVerifyCommand(), a.fileRebuildCommand(), a.fileReplaceCommand(),
		a.fileChangeCommand("release", "release a generated file for sending", bureau.Released),
		a.fileChangeCommand("transmit", "record that a released file was sent", bureau.Transmitted),
		a.fileChangeCommand("accept", "record that the bureaus accepted a file", bureau.Accepted),
		a.fileChangeCommand("void", "take back a file that was not sent", bureau.Voided),
		a.fileChangeCommand("reject", "record that the bureaus rejected a file as a whole", bureau.Rejected),
		a.fileBalanceCommand(), a.fileRefuseCommand(), a.fileAnswersCommand(), a.fileTrimCommand(), a.filePurgeCommand(),
	)
	return c
}

func (a *app) fileShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show FILE", Short: "show a file and what people did with it", Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				number, err := fileNumber(ctx, db, args[0])
				if err != nil {
					return err
				}
				life, err := inquiry.ShowFile(ctx, db, number)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, life)
				}
				return a.printLife(life)
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printLife(l *inquiry.FileLife) error {
	made := "boarded, created on"
	if l.Run != 0 {
		made = fmt.Sprintf("made by run %d for", l.Run)
	}
	err := a.say("file %d of %s, program %s, as of %s, %s %s\n%s\n%s  records %d, excluded %d, deletions %d, bytes %d\nSHA-256 %s\n",
		l.File.File, l.Destination, l.Program, l.AsOf, made, l.CreatedOn, dash(l.Path), l.State, l.Records, l.Excluded, l.Deletions, l.Bytes, dash(l.SHA256))
	if err == nil && l.PurgedAt != nil {
		err = a.say("%s\n", purgedText(l.PurgedAt, l.PurgedBy))
	}
	if err != nil || len(l.Events) == 0 {
		return err
	}
	rows := make([][]any, len(l.Events))
	for i, e := range l.Events {
		rows[i] = []any{e.State, e.At.UTC().Format(timeLayout), e.Who, shown(e.CameFrom), e.Why, dash(strings.Join(e.Acknowledged, " "))}
	}
	return printTitled(a.stdout, "what was done with it", []string{"state", "at", "who", "from", "why", "warnings acknowledged"}, rows)
}

// verified is what `files verify --json` says of a file: that it is the one that was made, and how often each rule found something.
type verified struct {
	File     int64          `json:"file"`
	Path     string         `json:"path"`
	Records  int            `json:"records"`
	Errors   int            `json:"errors"`
	Warnings int            `json:"warnings"`
	Found    map[string]int `json:"found"`

	Compared []bureau.Compared `json:"compared_with"`
}

func (a *app) fileVerifyCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "verify FILE", Short: "look whether a file is the one that was made, and check it", Args: cobra.ExactArgs(1),
		Long: `Compares the file on disk, wherever it was moved, with the one that was made, by size and SHA-256. Then it checks every record by
all rules and the examiner's checks, also beside the destination's file before, and counts what they find. The exit status is 6 if
the file differs or has errors; furnisher metro2 validate lists the findings.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDatabase(ctx, func(db *database.Database) error {
				number, err := fileNumber(ctx, db.DB, args[0])
				if err != nil {
					return err
				}
				opened, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				found, err := bureau.Files{Vault: opened}.Verify(ctx, db.DB, number)
				if err != nil {
					return err
				}
				v := verified{File: number, Path: found.Path, Records: found.Records, Found: map[string]int{}, Compared: found.Compared}
				v.Errors, v.Warnings = v.add(found.Errors), v.add(found.Warnings)
				return errors.Join(a.printVerified(&v, asJSON), v.outcome())
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

// add adds what rules found, and returns how much that is.
func (v *verified) add(found map[string]int) (n int) {
	for rule, count := range found {
		v.Found[rule] += count
		n += count
	}
	return n
}

func (a *app) printVerified(v *verified, asJSON bool) error {
	if asJSON {
		return printJSON(a.stdout, v)
	}
	err := a.say("file %d is the one that was made: %s\n%s\nrecords %d, errors %d, warnings %d\n",
		v.File, v.Path, comparedText(v.Compared), v.Records, v.Errors, v.Warnings)
	if err != nil {
		return err
	}
	for _, rule := range slices.Sorted(maps.Keys(v.Found)) {
		if err := a.say("%s: %d\n", rule, v.Found[rule]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verified) outcome() error {
	if v.Errors == 0 {
		return nil
	}
	return &ending{err: fmt.Errorf("errors found: %d", v.Errors), code: exitInvalid, hint: validatePaths(v.Path, v.Compared)}
}

func (a *app) fileRebuildCommand() *cobra.Command {
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use: "rebuild FILE [--out DIR]", Short: "make the bytes of a past file again, and prove them", Args: cobra.ExactArgs(1),
		Long: `Makes the bytes of any file again, also of one that was sent, voided, rejected or lost, from the records that the database
keeps, and proves them by size and SHA-256. Without --out the file goes back to its place. Nothing is ever overwritten. The exit
status is 6 if the bytes are other ones, or if something else has the file's name. A file with a record of a customer who was
removed cannot be made again: the records beside that one are erased, too.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDatabase(ctx, func(db *database.Database) error {
				number, err := fileNumber(ctx, db.DB, args[0])
				if err != nil {
					return err
				}
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				done, err := bureau.Files{Vault: v}.Rebuild(ctx, db.DB, number, out, a.who(), a.now())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, done)
				}
				what := "was made again and is the one that was made"
				if done.There {
					what = "is there already and is the one that was made"
				}
				return a.say("file %d %s: %s\nrecords %d, bytes %d\nSHA-256 %s\n", done.File, what, done.Path, done.Records, done.Bytes, done.SHA256)
			})
		}),
	}
	c.Flags().StringVar(&out, "out", "", "put the file into this folder instead of its place")
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) fileReplaceCommand() *cobra.Command {
	var why string
	var asJSON bool
	c := &cobra.Command{
		Use: "replace FILE --why TEXT", Short: "make a new file instead of one that was voided or rejected", Args: cobra.ExactArgs(1),
		Long: `Makes the file of a program and date again after it was voided or rejected: as of its date, of the loans that its night had, and
with all that is known now. Correct the data first (furnisher import). No night does it by itself. The new file is GENERATED and goes
its own way. It is refused when a file of that date or a later one counts: the next regular file tells of every account. Files of
several dates are replaced oldest first. The command holds the book; interrupted, it has changed nothing.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if why == "" {
				return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: fmt.Sprintf("furnisher files replace %s --why TEXT", shellWord(args[0]))}
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				number, err := fileNumber(ctx, db.DB, args[0])
				if err != nil {
					return err
				}
				dir, err := a.filesDir()
				if err != nil {
					return err
				}
				v, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				done, err := bureau.Files{Dir: dir, VendorVersion: version, Vault: v}.Replace(ctx, db.DB, db.Direct, number, a.who(), why, a.now())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(a.stdout, done)
				}
				n, b := done.New, done.Before
				return a.say("file %d replaces file %d: %s\nrecords %d (before %d), excluded %d (%d), deletions %d (%d)\n",
					n.File, b.File, done.Path, n.Records, b.Records, n.Excluded, b.Excluded, n.Deletions, b.Deletions)
			})
		}),
	}
	c.Flags().StringVar(&why, "why", "", "reason, for the ledger")
	jsonFlag(c, &asJSON)
	return c
}

// fileNumber finds a file of the bureaus by number, name or path.
func fileNumber(ctx context.Context, db *sqlx.DB, file string) (int64, error) {
	number, err := inquiry.FileNumber(ctx, db, file)
	if errors.Is(err, inquiry.ErrNotFound) {
		err = &ending{err: fmt.Errorf("there is no file %q", file), code: exitFailed, hint: "furnisher files"}
	}
	return number, err
}
