package main

import (
	"context"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func (a *app) actsCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "acts", Short: "list who released, voided or allowed what, when, why and from where", Args: cobra.NoArgs,
		Long: `Lists what was done that needs a supervisor, or is noted as if it did, newest first: files that were released, voided or rejected, brakes that were
accepted, gaps and unusual dates that were allowed, exceptions that were resolved, findings that were accepted, records of old files that were let go,
tokens of the HTTP API that were made, users of the console who were made, changed or ended, what is masked that was shown in an evidence pack or in a view of the console.
A number that is missing is of a command that was refused or killed: it was drawn, and nothing was done. What was done and removed afterwards
is named by furnisher audit verify.

A supervisor is who is named in FURNISHER_SUPERVISORS, or, if the database has the role furnisher_supervisor,
whose database user is its member. Without names and without that role everybody is. With FURNISHER_FOUR_EYES=true nobody releases
a file whose night they ran, in any attempt. Others are refused with exit status 8.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Act]{
					name: "acts", command: "furnisher acts",
					heading: []string{">act", "kind", "about", "at", "who", "host", "from", "why"},
					row: func(x *inquiry.Act) []any {
						return []any{x.Act, x.Kind, x.About, x.At.UTC().Format(timeLayout), x.Who, x.Host, x.CameFrom, x.Why}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Act], error) { return inquiry.Acts(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}
