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
		Use: "files", Short: shortFiles, Long: longFiles, Args: cobra.NoArgs,
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
	c.Flags().BoolVar(&asJSON, "json", false, flagJSON)
	c.AddCommand(
		a.fileChangeCommand("release", shortRelease, bureau.Released),
		a.fileChangeCommand("transmit", shortTransmit, bureau.Transmitted),
		a.fileChangeCommand("accept", shortAccept, bureau.Accepted),
		a.fileChangeCommand("void", shortVoid, bureau.Voided),
		a.fileChangeCommand("reject", shortReject, bureau.Rejected),
	)
	return c
}

func (a *app) fileChangeCommand(verb, short string, to bureau.State) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: verb + " FILE --why TEXT", Short: short, Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) error {
			if why == "" {
				return &ending{err: errNoWhy, code: exitUsage, hint: hintWhy(verb, args[0])}
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
				_, err = fmt.Fprintf(a.stdout, textFileChanged, file, to)
				return err
			})
		}),
	}
	c.Flags().StringVar(&why, "why", "", flagWhyFile)
	return c
}

// fileNumber finds a file of the bureaus by number, name or path.
func fileNumber(ctx context.Context, db *sqlx.DB, file string) (int64, error) {
	number, err := inquiry.FileNumber(ctx, db, file)
	if errors.Is(err, inquiry.ErrNotFound) {
		err = &ending{err: errNoFile(file), code: exitFailed, hint: hintFiles}
	}
	return number, err
}
