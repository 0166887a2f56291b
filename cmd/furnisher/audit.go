package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/merkle"
)

func (a *app) auditCommand() *cobra.Command {
	return group("audit", "prove that what was recorded was not changed since", a.auditHeadCommand(), a.auditVerifyCommand(), a.auditProveCommand(), a.auditCheckCommand(), a.auditKeyCommand())
}

func (a *app) auditHeadCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "head", Short: "sign what the log of the record holds now, for a keeper", Args: cobra.NoArgs,
		Long: `Prints a signed head of the log in which every operation, act, file, change of a file's state, deletion, tradeline, exclusion,
answer of a bureau and correction has an entry. Give it to somebody who has no access to the database: with it furnisher audit verify finds whatever is changed or removed of
what was recorded up to now. From the first head on each night signs one, too, and keeps the newest beside the key.

The key that signs lies beside the keyset (audit.key), or where ` + auditKeyVariable + ` says. It is made with the first head.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				head, err := a.signHead(ctx, db)
				if err != nil {
					return err
				}
				return a.printOrWrite(out, string(head.Signed))
			})
		}),
	}
	c.Flags().StringVar(&out, "out", "", "write it to this new file")
	return c
}

// printOrWrite prints a text, or writes it to a new file that only its owner can read.
func (a *app) printOrWrite(path, text string) error {
	if path == "" {
		_, err := fmt.Fprint(a.stdout, text)
		return err
	}
	return writeNew(path, []byte(text))
}

// writeNew writes a new file that only its owner can read, as far as the disk. It never replaces a file, and leaves none half written.
func writeNew(path string, text []byte) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return &ending{err: fmt.Errorf("%q exists, and stays as it is", path), code: exitFailed, hint: "name a new file"}
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var heads []string
	var public string
	var asJSON bool
	c := &cobra.Command{
		Use: "verify", Short: "find rows of the record that were changed or removed", Args: cobra.NoArgs,
		Long: `Compares every operation, act, file, change of a file's state, deletion, tradeline, exclusion, answer of a bureau and correction with
its entry in the log, and the log with the heads that were signed: those of the database, the newest one beside the key, and each --head of a keeper. It names the
rows that differ by table and key, never a value, and ends with exit status 6 if there are any. It changes nothing, and may run
beside a night: it reads the book as it is at its beginning.

What people do by the rules is no finding: a file is voided, a customer removed, records are let go, keys are changed.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			given, err := a.givenHeads(heads, public)
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				report, err := audit.Verify(ctx, db, given)
				if err != nil {
					return err
				}
				return a.printAudit(&report, asJSON)
			})
		}),
	}
	c.Flags().StringArrayVar(&heads, "head", nil, "file of a head that a keeper holds, repeatable")
	c.Flags().StringVar(&public, "key", "", "public key of the heads; default that of the key's file")
	jsonFlag(c, &asJSON)
	return c
}

// givenHeads reads the heads that the record is compared with beside those of the database.
func (a *app) givenHeads(paths []string, public string) (given audit.Given, err error) {
	if given.Key, err = a.auditVerifier(public); err != nil {
		return given, err
	}
	for _, path := range paths {
		signed, err := readHead(path)
		if err != nil {
			return given, err
		}
		if _, err := merkle.OpenHead(signed, given.Key); err != nil {
			return given, fmt.Errorf("%q: %w", path, err)
		}
		given.Heads = append(given.Heads, signed)
	}
	path, err := a.auditKeyPath()
	if err != nil {
		return given, err
	}
	own, err := readHead(filepath.Join(filepath.Dir(path), auditHeadName))
	if err == nil {
		if _, err := merkle.OpenHead(own, given.Key); err == nil {
			given.Heads = append(given.Heads, own)
		}
		return given, nil
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return given, err
}

// printAudit prints what was found.
func (a *app) printAudit(r *audit.Report, asJSON bool) error {
	var end error
	if n := int64(len(r.Findings)) + r.More; n > 0 {
		end = &ending{err: fmt.Errorf("rows that are not as they were logged: %d", n), code: exitInvalid, hint: "keep the database as it is, and compare these rows with a backup"}
	}
	if asJSON {
		return errors.Join(end, printJSON(a.stdout, r))
	}
	err := a.say("compared %d rows with %d entries of the log, and the log with %d signed heads; entries since the last head: %d; not yet logged: %d\n",
		r.Rows, r.Entries, r.Heads, r.SinceHead, r.Waiting)
	if len(r.Findings) > 0 {
		rows := make([][]any, len(r.Findings))
		for i, f := range r.Findings {
			rows[i] = []any{f.Table, f.Key, dash(f.Loan), f.What}
		}
		err = errors.Join(err, printTable(a.stdout, []string{"table", "key", "loan", "what"}, rows))
	}
	return errors.Join(end, err)
}

func (a *app) auditProveCommand() *cobra.Command {
	var headPath, out string
	c := &cobra.Command{
		Use: "prove ROW", Short: "prove that a row was recorded before a head was signed", Args: cobra.ExactArgs(1),
		Long: `Prints a proof, of less than a kilobyte, that a row was in the record when a head was signed, and that it says the same now. ROW
is operation:NUMBER, act:NUMBER, bureau_file:FILE, bureau_file_event:FILE/NUMBER, deletion:FILE/LOAN or tradeline:FILE/LOAN. It is of
the newest head, or of the one that --head names. Whoever has the head checks it with furnisher audit check, without the database.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				row, err := audit.FindRow(ctx, db, args[0])
				if err != nil {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher audit prove")}
				}
				key, err := a.auditVerifier("")
				if err != nil {
					return err
				}
				var signed []byte
				if headPath != "" {
					signed, err = readHead(headPath)
				} else {
					signed, err = audit.LastHead(ctx, db)
				}
				if err != nil {
					return err
				}
				head, err := merkle.OpenHead(signed, key)
				if err != nil {
					return err
				}
				proved, err := audit.Prove(ctx, db, []audit.Row{row}, head)
				if err != nil {
					return err
				}
				return a.printOrWrite(out, proved[0].Proof.Text())
			})
		}),
	}
	c.Flags().StringVar(&headPath, "head", "", "file of the head; default the newest of the database")
	c.Flags().StringVar(&out, "out", "", "write it to this new file")
	return c
}

func (a *app) auditCheckCommand() *cobra.Command {
	var headPath, public string
	c := &cobra.Command{
		Use: "check PROOF --head FILE", Short: "check a proof without the database", Args: cobra.ExactArgs(1),
		Long: `Checks that a proof of furnisher audit prove leads to a head, and that the key has signed the head. It needs no database: a keeper
does it with the proof, the head and the public key. A proof that does not hold ends with exit status 6.`,
		RunE: a.does(func(_ context.Context, args []string) error {
			if headPath == "" {
				return missingFlag("--head", "furnisher audit check "+shellWord(args[0])+" --head FILE")
			}
			key, err := a.auditVerifier(public)
			if err != nil {
				return err
			}
			text, err := readSmall(args[0], maxHeadFile)
			if err != nil {
				return err
			}
			signed, err := readHead(headPath)
			if err != nil {
				return err
			}
			head, err := merkle.OpenHead(signed, key)
			if err != nil {
				return err
			}
			proof, err := merkle.ParseProof(string(text))
			if err == nil {
				err = proof.Check(head)
			}
			if err != nil {
				return err
			}
			row := audit.Row{Table: proof.Entry.Kind, A: proof.Entry.A, B: proof.Entry.B}
			if proof.Page != nil {
				row.B = proof.Page.Key
			}
			says := proof.Says()
			return a.say("%s was in the log of %d entries that was signed at %s; what it says has the SHA-256 %x\n", row, head.Entries, head.At.Format(timeLayout), says[:])
		}),
	}
	c.Flags().StringVar(&headPath, "head", "", "file of the head")
	c.Flags().StringVar(&public, "key", "", "public key of the head; default that of the key's file")
	return c
}

func (a *app) auditKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "print the public key by which heads are checked", Args: cobra.NoArgs,
		RunE: a.does(func(_ context.Context, _ []string) error {
			path, err := a.auditKeyPath()
			if err != nil {
				return err
			}
			key, err := merkle.ReadKey(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, key.Public())
			return err
		}),
	}
}
