package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) filesCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "files", Short: "list the files made for the bureaus and their states", Args: cobra.NoArgs,
		Long: `Lists the files made for the bureaus, newest first. A file is GENERATED, RELEASED, TRANSMITTED and ACCEPTED, or VOIDED
before it was sent, or REJECTED as a whole after it was sent. FILE is the number of a file, its name or its path.

release, transmit and accept compare the file on disk with the one that was made, by size and SHA-256; if they differ the
state does not change (exit status 6). void and reject move the file into the folder voided or rejected beside it. What a
voided or rejected file deleted goes into the next one. refuse and answers record what bureaus say of single records of a file
that was sent; furnisher answers lists it.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.File]{
					name: "files", command: "furnisher files", heading: headFiles,
					row:  func(f *inquiry.File) []any { return fileRow((*batch.FileSummary)(f)) },
					read: func(p inquiry.Page) (inquiry.List[inquiry.File], error) { return inquiry.Files(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	c.AddCommand(
		a.fileChangeCommand("release", "release a generated file for sending", bureau.Released),
		a.fileChangeCommand("transmit", "record that a released file was sent", bureau.Transmitted),
		a.fileChangeCommand("accept", "record that the bureaus accepted a file", bureau.Accepted),
		a.fileChangeCommand("void", "take back a file that was not sent", bureau.Voided),
		a.fileChangeCommand("reject", "record that the bureaus rejected a file as a whole", bureau.Rejected),
		a.fileRefuseCommand(), a.fileAnswersCommand(),
	)
	return c
}

func (a *app) fileChangeCommand(verb, short string, to bureau.State) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: verb + " FILE --why TEXT", Short: short, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			if why == "" {
				return &ending{err: errors.New("--why is missing"), code: exitUsage, hint: fmt.Sprintf("furnisher files %s %s --why TEXT", verb, shellWord(args[0]))}
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				file, err := fileNumber(ctx, db, args[0])
				if err != nil {
					return err
				}
				if err := bureau.Change(ctx, db, file, to, a.who(), why, a.now()); err != nil {
					return err
				}
				if a.settings.quiet {
					return nil
				}
				_, err = fmt.Fprintf(a.stdout, "file %d is %s\n", file, to)
				return err
			})
		}),
	}
	c.Flags().StringVar(&why, "why", "", "reason for the change, for the ledger")
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
