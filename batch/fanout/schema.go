package fanout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/sirupsen/logrus"

	"github.com/furnisher/furnisher/batch/database"
)

// migrationLock is the advisory lock under which the queue's tables are made.
const migrationLock = 0x6675726e72697672

// Migrate makes the queue's tables, or brings them up to this program, at an address past any pooler,
// and returns the migrations that it applied. Processes that call it at once wait for the first one; it looks before
// it waits, so that one that is frozen stops nobody when there is nothing to do.
func Migrate(ctx context.Context, address string) (applied []database.Applied, err error) {
	if err := check(ctx, address); err == nil {
		return nil, nil
	} else if !errors.Is(err, database.ErrSchemaBehind) {
		return nil, fmt.Errorf("migrate the queue: %w", err)
	}
	pool, err := open(ctx, address, 2)
	if err != nil {
		return nil, fmt.Errorf("migrate the queue: %w", err)
	}
	defer pool.Close()
	session, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate the queue: %w: %w", database.ErrUnreachable, err)
	}
	defer session.Release()
	if _, err := session.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return nil, fmt.Errorf("lock the queue's schema: %w", err)
	}
	defer func() {
		_, unlock := session.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
		err = errors.Join(err, unlock)
	}()
	if err := makeSchema(ctx, session); err != nil {
		return nil, fmt.Errorf("make schema %s: %w", schema, err)
	}
	if err := check(ctx, address); errors.Is(err, database.ErrSchemaAhead) {
		return nil, fmt.Errorf("migrate the queue: %w", err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: schema, Logger: logger(silent())})
	if err != nil {
		return nil, fmt.Errorf("migrate the queue: %w", err)
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return nil, fmt.Errorf("migrate the queue: %w", err)
	}
	for _, v := range result.Versions {
		applied = append(applied, database.Applied{Version: int64(v.Version), Name: name(v.Name), Duration: v.Duration})
	}
	return applied, nil
}

// makeSchema asks first, because a role that may not make schemas may still be given one.
func makeSchema(ctx context.Context, session *pgxpool.Conn) error {
	var there bool
	err := session.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", schema).Scan(&there)
	if err == nil && !there {
		_, err = session.Exec(ctx, "CREATE SCHEMA "+schema)
	}
	return err
}

// Status lists the migrations of the queue's tables and whether the database has them. It writes nothing.
func Status(ctx context.Context, address string) ([]database.MigrationStatus, error) {
	db, err := database.Open(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("read the state of the queue: %w", err)
	}
	defer db.Close()
	at, err := appliedAt(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read the state of the queue: %w", err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Logger: logger(silent())})
	if err != nil {
		return nil, fmt.Errorf("read the state of the queue: %w", err)
	}
	var migrations []database.MigrationStatus
	for _, m := range migrator.AllVersions() {
		when, applied := at[m.Version]
		migrations = append(migrations, database.MigrationStatus{
			Version: int64(m.Version), Name: name(m.Name), Known: true, Applied: applied, AppliedAt: when,
		})
		delete(at, m.Version)
	}
	for _, version := range slices.Sorted(maps.Keys(at)) {
		migrations = append(migrations, database.MigrationStatus{
			Version: int64(version), Name: name("made by a newer version of the program"), Applied: true, AppliedAt: at[version],
		})
	}
	return migrations, nil
}

func appliedAt(ctx context.Context, db *sqlx.DB) (map[int]time.Time, error) {
	const table = schema + ".river_migration"
	var there bool
	if err := db.GetContext(ctx, &there, "SELECT to_regclass($1) IS NOT NULL", table); err != nil || !there {
		return nil, err
	}
	var rows []struct {
		Version int       `db:"version"`
		At      time.Time `db:"created_at"`
	}
	err := db.SelectContext(ctx, &rows, "SELECT version, created_at FROM "+table)
	at := make(map[int]time.Time, len(rows))
	for _, row := range rows {
		at[row.Version] = row.At
	}
	return at, err
}

// check refuses a database whose queue has fewer or more migrations than this program.
func check(ctx context.Context, address string) error {
	migrations, err := Status(ctx, address)
	if err != nil {
		return err
	}
	if err := database.Fit(migrations); err != nil {
		return fmt.Errorf("there is no queue for workers of this version: %w", err)
	}
	return nil
}

func name(of string) string { return "queue: " + of }

func silent() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}
