package main

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
)

func (a *app) serveCommand() *cobra.Command {
	c := serve.Config{}.WithDefaults()
	var zone string
	var proxy proxyFlags
	var by deadline
	cmd := &cobra.Command{
		Use: "serve", Short: "serve the console and the HTTP API: operations between nights, and questions", Args: cobra.NoArgs,
		Long: `Stays in the foreground and answers the HTTP API: what people and systems do to loans and customers between nights, and what they
ask about the book. At every other address it serves the console, for the users that furnisher users makes. GET /openapi.yaml is its document, GET /healthz says whether it and its database work. Every other request of the API needs
a token (furnisher tokens create) in its header Authorization: Bearer TOKEN.

It listens on this machine alone unless it has TLS: another address needs --tls-cert and --tls-key, both PEM; a key that everybody on
this machine can read is refused. Each request is one
line of the log: its id, route, status, and token or user, never what it said. Stopped by a signal it takes no more requests, answers those
that it took, and exits 0. A night that was begun in the console stops then where it can be resumed: it finishes the chunks that are
under way, within 20 seconds. Its workers, patience and brakes are those of furnisher run on this machine.`,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			if a.log.GetLevel() < logrus.InfoLevel && !a.settings.quiet {
				a.log.SetLevel(logrus.InfoLevel)
			}
			if c.Rate <= 0 {
				return &ending{err: errors.New("--rate must be positive"), code: exitUsage, hint: hintHelp("furnisher serve")}
			}
			var err error
			if by.zone, err = location(zone); err != nil {
				return &ending{err: err, code: exitUsage, hint: "furnisher serve --late 05:00 --timezone America/New_York"}
			}
			if c.TrustedProxies, err = proxy.prefixes(); err != nil {
				return err
			}
			provider, err := a.provider()
			if err != nil {
				return err
			}
			authority, err := a.authority()
			if err != nil {
				return err
			}
			authority.User = "" // who asks is the bearer of a token
			return a.withDatabase(ctx, func(db *database.Database) (err error) {
				vault, err := a.vault(ctx, db)
				if err != nil {
					return err
				}
				keys, err := a.newLiveVault(vault)
				if err != nil {
					return err
				}
				reads, end, err := db.Prepared()
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, end()) }()
				c.DB, c.Now, c.Log = reads, a.now, a.log
				c.Desk = func(address string) *servicing.Desk {
					desk := a.desk(db.DB)
					desk.Vault, desk.Authority = keys.now(), authority
					desk.Correct = a.corrects(desk.Vault)
					desk.Authority.Host = address
					return desk
				}
				c.Away = func(err error) bool {
					status, _ := classify(context.Background(), err)
					return status == exitUnreachable
				}
				c.ExplainLoan, c.FileBalance, c.Validate, c.ExplainRecord = apiExplain(db.DB), apiBalance(db.DB), apiValidate, apiExplainRecord
				nights, err := a.newNightDesk(ctx)
				if err != nil {
					return err
				}
				defer nights.end()
				simulations := a.newSimulationDesk(ctx)
				defer simulations.end()
				month := &monthDesk{app: a, db: db, vault: keys.now, authority: authority}
				pages, err := console.New(console.Config{
					DeskActions: a.consoleDesk(db.DB), Examiner: a.consoleExaminer(db.DB), Account: a.consoleAccount(db.DB, keys.now),
					Base: proxy.base, Origin: proxy.origin, Secure: c.Cert != "" || proxy.proxied, Idle: proxy.idle, Lifetime: proxy.lifetime, Provider: provider,
					DB: db.DB, Now: a.now, Log: a.log, Desk: c.Desk, Away: c.Away,
					Month:  month.actions(),
					Nights: a.nightActions(db, by, nights), Simulate: simulations.actions(),
					Files: a.consoleFiles(db.DB), MaxUpload: c.MaxUpload,
				})
				if err != nil {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher serve")}
				}
				defer pages.Stop() // what forms began ends before the database is left
				c.Console = pages
				server, err := serve.New(c)
				if err == nil {
					err = server.Run(ctx, func(at net.Addr) { a.log.WithField("address", at.String()).Info("serving") })
				}
				if errors.Is(err, serve.ErrConfig) {
					return &ending{err: err, code: exitUsage, hint: hintHelp("furnisher serve")}
				}
				return err
			})
		}),
	}
	f := cmd.Flags()
	f.StringVar(&c.Address, "listen", c.Address, "address to listen on, host:port")
	f.StringVar(&c.Cert, "tls-cert", "", "certificate for TLS, a PEM file")
	f.StringVar(&c.Key, "tls-key", "", "its key, a PEM file")
	proxy.flags(f)
	f.Var(&by.late, "late", "time of day by which a night must be closed, as for furnisher schedule: the console shows what is to spare")
	f.StringVar(&zone, "timezone", "UTC", "time zone of --late, for example America/New_York")
	f.Float64Var(&c.Rate, "rate", c.Rate, "requests a second for each token")
	numberFlag(f, &c.Burst, "burst", 1, 0, "requests at once for each token")
	durationFlag(f, &c.RequestTimeout, "request-timeout", time.Second, "how long a request may take")
	durationFlag(f, &c.UploadTimeout, "upload-timeout", time.Second, "how long a request with an uploaded file may take")
	numberFlag(f, &c.MaxBody, "max-body", 1, 0, "bytes of a request's body")
	numberFlag(f, &c.MaxUpload, "max-upload", 1, 0, "bytes of an uploaded file")
	return cmd
}
