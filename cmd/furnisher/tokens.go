package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) tokensCommand() *cobra.Command {
	return group("tokens", "make, list and revoke the tokens of the HTTP API", a.tokensCreateCommand(), a.tokensListCommand(), a.tokensRevokeCommand())
}

// roleNames lists the roles.
func roleNames() string {
	names := make([]string, len(servicing.Roles()))
	for i, role := range servicing.Roles() {
		names[i] = string(role)
	}
	return strings.Join(names, ", ")
}

func (a *app) tokensCreateCommand() *cobra.Command {
	var r servicing.TokenRequest
	var days int
	var asJSON bool
	c := &cobra.Command{
		Use: "create NAME --role ROLE --why TEXT", Short: "make a token, and show it once", Args: cobra.ExactArgs(1),
		Long: `Makes a token of the HTTP API (furnisher serve) and prints it. The database keeps only its hash: nobody can show it again. NAME is
who the ledger says did what is done with it, and is given once; for a new token of the same program choose another name.

A viewer reads. An operator also does what people do between nights, a supervisor also what needs a supervisor, if the token's name
is among FURNISHER_SUPERVISORS. A privacy_officer reads, also what is masked, and deletes customers. To make a token needs a
supervisor itself (furnisher acts).`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			if r.Why == "" {
				return missingWhy("furnisher tokens create " + shellWord(args[0]) + " --role ROLE")
			}
			r.Name, r.Expires = args[0], a.now().AddDate(0, 0, days)
			if r.By == "" {
				r.By = a.who()
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			return a.withDB(ctx, func(db *sqlx.DB) error {
				desk := a.desk(db)
				desk.Authority = authority
				made, err := desk.CreateToken(ctx, r)
				switch {
				case errors.Is(err, servicing.ErrInvalid):
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher tokens create")}
				case errors.Is(err, servicing.ErrRefused):
					return &ending{err: err, code: exitFailed, hint: "choose another name; furnisher tokens list shows those that were given"}
				case err != nil:
					return err
				case asJSON:
					return printJSON(a.stdout, made)
				}
				if !a.settings.quiet {
					a.tell(labelNote, fmt.Sprintf("token %s, %s, until %s; it is not shown again", made.Name, made.Role, made.Expires.UTC().Format(timeLayout)))
				}
				_, err = fmt.Fprintln(a.stdout, made.Secret) // also with --quiet: it was asked for, and is shown once
				return err
			})
		}),
	}
	f := c.Flags()
	f.StringVar((*string)(&r.Role), "role", "", "what its bearer may do, one of "+roleNames())
	days = 90
	numberFlag(f, &days, "days", 1, servicing.LongestToken, fmt.Sprintf("how long it works, at most %d", servicing.LongestToken))
	f.StringVar(&r.By, "by", "", "who asks for it (default: the user of this machine)")
	f.StringVar(&r.Why, "why", "", "what it is for, for the ledger")
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) tokensListCommand() *cobra.Command {
	var p pageFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "list the tokens by name, without what makes them work", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				return printList(a, listing[inquiry.Token]{
					name: "tokens", command: "furnisher tokens list",
					heading: []string{"token", "role", "state", "created", "by", "until", "revoked", "by whom"},
					row: func(t *inquiry.Token) []any {
						revoked := "-"
						if t.RevokedAt != nil {
							revoked = t.RevokedAt.UTC().Format(timeLayout)
						}
						return []any{
							t.Name, t.Role, t.State(a.now()), t.CreatedAt.UTC().Format(timeLayout), t.CreatedBy, t.ExpiresAt.UTC().Format(timeLayout),
							revoked, shown(t.RevokedBy),
						}
					},
					read: func(p inquiry.Page) (inquiry.List[inquiry.Token], error) { return inquiry.Tokens(ctx, db, p) },
				}, p, asJSON)
			})
		}),
	}
	p.flags(c.Flags())
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) tokensRevokeCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "revoke NAME", Short: "end a token at once", Args: cobra.ExactArgs(1),
		Long: `Ends a token: the next request with it is refused. A token that is revoked already stays as it is. It needs no supervisor: what
has leaked must not wait for one.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			return a.withDB(ctx, func(db *sqlx.DB) error {
				if by == "" {
					by = a.who()
				}
				err := a.desk(db).RevokeToken(ctx, args[0], by)
				if errors.Is(err, servicing.ErrUnknown) {
					return &ending{err: err, code: exitFailed, hint: "furnisher tokens list"}
				}
				if err != nil || a.settings.quiet {
					return err
				}
				return a.say("token %s is revoked\n", args[0])
			})
		}),
	}
	c.Flags().StringVar(&by, "by", "", "who asks for it (default: the user of this machine)")
	return c
}
