package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/fanout"
	"github.com/furnisher/furnisher/sql"
)

func (a *app) migrateCommand() *cobra.Command {
	return group("migrate", "bring the database schema up to date with this program", a.migrateUpCommand(), a.migrateStatusCommand())
}

// migration is one migration as the commands print it; AppliedAt nil: pending.
type migration struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"applied_at"`
}

func (a *app) migrateUpCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "up", Short: "apply the migrations that the database lacks", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withURL(ctx, func(url string) error {
				applied, err := database.Migrate(ctx, url, sql.Schema)
				if err != nil {
					return err
				}
				queue, err := fanout.Migrate(ctx, url)
				if err != nil {
					return err
				}
				applied = append(applied, queue...)
				sealed, err := a.sealClear(ctx, url)
				if err != nil {
					return err
				}
				if err := a.logOlder(ctx, url); err != nil {
					return err
				}
				switch {
				case asJSON:
					return a.printMigrations(ctx, url, true)
				case a.settings.quiet:
					return nil
				}
				for _, m := range applied {
					if _, err := fmt.Fprintf(a.stdout, "applied %s\n", m.Name); err != nil {
						return err
					}
				}
				if sealed > 0 {
					if err := a.say("customers whose personal data are sealed now: %d\n", sealed); err != nil {
						return err
					}
				}
				_, err = fmt.Fprintf(a.stdout, "migrations applied: %d; the schema is up to date\n", len(applied))
				return err
			})
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) migrateStatusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "list the migrations and when each was applied", Args: cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) error {
			return a.withURL(ctx, func(url string) error { return a.printMigrations(ctx, url, asJSON) })
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) printMigrations(ctx context.Context, url string, asJSON bool) error {
	known, err := database.Status(ctx, url, sql.Schema)
	if err != nil {
		return err
	}
	queue, err := fanout.Status(ctx, url)
	if err != nil {
		return err
	}
	known = append(known, queue...)
	migrations := make([]migration, len(known))
	rows := make([][]any, len(known))
	for i, m := range known {
		migrations[i] = migration{Version: m.Version, Name: m.Name}
		applied := "pending"
		if m.Applied {
			at := m.AppliedAt.UTC()
			migrations[i].AppliedAt, applied = &at, at.Format(timeLayout)
		}
		rows[i] = []any{m.Version, m.Name, applied}
	}
	if asJSON {
		return printJSON(a.stdout, migrations)
	}
	return printTable(a.stdout, []string{">version", "name", "applied"}, rows)
}
