package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// versionTable is goose's. It is named with its schema so that no search_path can hide it.
const versionTable = schemaName + ".goose_db_version"

// Applied is a migration that Migrate applied.
type Applied struct {
	Version  int64
	Name     string // file name
	Duration time.Duration
}

// MigrationStatus is a migration. AppliedAt is zero while it is pending. One that is not Known was applied by a newer
// program.
type MigrationStatus struct {
	Version   int64
	Name      string
	Known     bool
	Applied   bool
	AppliedAt time.Time
}

// Migrate applies the migrations schema/*.sql of files that the database lacks, each in a transaction
// with its record, and returns those. Processes that call it at once wait for the first one. It returns
// ErrPooler if its lock would not hold, and ErrSchemaAhead if a newer program was there.
func Migrate(ctx context.Context, database string, files fs.FS) ([]Applied, error) {
	db, err := Open(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer db.Close()
	if err := checkSession(ctx, db); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var results []*goose.MigrationResult
	err = withSchemaLock(ctx, db, func() (err error) {
		results, err = migrateUp(ctx, db, files)
		return err
	})
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results = partial.Applied
	}
	var applied []Applied
	for _, result := range results {
		applied = append(applied, Applied{result.Source.Version, path.Base(result.Source.Path), result.Duration})
	}
	if err != nil {
		return applied, fmt.Errorf("migrate: %w", err)
	}
	return applied, nil
}

func migrateUp(ctx context.Context, db *sqlx.DB, files fs.FS) ([]*goose.MigrationResult, error) {
	provider, err := newProvider(db, files)
	if err != nil {
		return nil, err
	}
	migrations, err := status(ctx, db, files)
	if err != nil {
		return nil, err
	}
	if err := Fit(migrations); errors.Is(err, ErrSchemaAhead) {
		return nil, err
	}
	if err := numberOn(ctx, db); err != nil {
		return nil, err
	}
	return provider.Up(ctx)
}

// numberOn sets the sequence of goose's table to where the table is. A server with wal_level=minimal that was
// killed before its first checkpoint has lost how far the sequence was, but none of the rows.
func numberOn(ctx context.Context, db *sqlx.DB) error {
	var there bool
	if err := db.GetContext(ctx, &there, "SELECT to_regclass($1) IS NOT NULL", versionTable); err != nil || !there {
		return err
	}
	_, err := db.ExecContext(ctx, "SELECT setval(pg_get_serial_sequence($1, 'id'), (SELECT max(id) FROM "+versionTable+"))", versionTable)
	return err
}

// Status lists the migrations of files and whether the database has them. It writes nothing.
func Status(ctx context.Context, database string, files fs.FS) ([]MigrationStatus, error) {
	db, err := Open(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("read the state of the schema: %w", err)
	}
	defer db.Close()
	return status(ctx, db, files)
}

// Fit tells whether a database with these migrations fits the program: ErrSchemaBehind if some are pending,
// ErrSchemaAhead if some are unknown.
func Fit(migrations []MigrationStatus) error {
	var latest, known int64
	pending := false
	for _, m := range migrations {
		if m.Known {
			known = max(known, m.Version)
		}
		if m.Applied {
			latest = max(latest, m.Version)
		}
		pending = pending || !m.Applied
	}
	switch {
	case slices.ContainsFunc(migrations, func(m MigrationStatus) bool { return !m.Known }):
		return fmt.Errorf("%w: it is at version %d, this program knows versions up to %d", ErrSchemaAhead, latest, known)
	case pending:
		return fmt.Errorf("%w: it is at version %d, this program needs %d", ErrSchemaBehind, latest, known)
	}
	return nil
}

func status(ctx context.Context, db *sqlx.DB, files fs.FS) ([]MigrationStatus, error) {
	provider, err := newProvider(db, files)
	if err != nil {
		return nil, fmt.Errorf("read the state of the schema: %w", err)
	}
	at, err := appliedAt(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read the state of the schema: %w", err)
	}
	var migrations []MigrationStatus
	for _, source := range provider.ListSources() {
		when, applied := at[source.Version]
		migrations = append(migrations, MigrationStatus{source.Version, path.Base(source.Path), true, applied, when})
		delete(at, source.Version)
	}
	for _, version := range slices.Sorted(maps.Keys(at)) {
		migrations = append(migrations, MigrationStatus{version, "made by a newer version of the program", false, true, at[version]})
	}
	return migrations, nil
}

// appliedAt reads goose's table, which goose itself would make first.
func appliedAt(ctx context.Context, db *sqlx.DB) (map[int64]time.Time, error) {
	var there bool
	if err := db.GetContext(ctx, &there, "SELECT to_regclass($1) IS NOT NULL", versionTable); err != nil || !there {
		return nil, err
	}
	var rows []struct {
		Version int64     `db:"version_id"`
		At      time.Time `db:"at"`
	}
	err := db.SelectContext(ctx, &rows,
		"SELECT version_id, max(tstamp) AS at FROM "+versionTable+" WHERE is_applied AND version_id > 0 GROUP BY version_id")
	at := make(map[int64]time.Time, len(rows))
	for _, row := range rows {
		at[row.Version] = row.At
	}
	return at, err
}

func newProvider(db *sqlx.DB, files fs.FS) (*goose.Provider, error) {
	folder, err := fs.Sub(files, "schema")
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, folder,
		goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// withSchemaLock makes the schema and does the work, one process at a time. It is goose's own session lock,
// by the same number, so that goose's command waits for it too; but goose makes its table before it takes
// it, and asks once a second at best. It asks instead of waiting in the server, because a waiting
// statement would block a CREATE INDEX CONCURRENTLY of the one that works.
func withSchemaLock(ctx context.Context, db *sqlx.DB, work func() error) error {
	conn, err := db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	defer conn.Close()
	for {
		var got bool
		if err := conn.GetContext(ctx, &got, "SELECT pg_try_advisory_lock($1)", lock.DefaultLockID); err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
		if got {
			break
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("wait for another process that migrates: %w", err)
		}
	}
	err = makeSchema(ctx, conn)
	if err == nil {
		err = work()
	}
	_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lock.DefaultLockID)
	return errors.Join(err, unlockErr)
}

// makeSchema asks first, because a role that may not make schemas may still be given one.
func makeSchema(ctx context.Context, conn *sqlx.Conn) error {
	var there bool
	err := conn.GetContext(ctx, &there, "SELECT to_regnamespace($1) IS NOT NULL", schemaName)
	if err == nil && !there {
		_, err = conn.ExecContext(ctx, "CREATE SCHEMA "+schemaName)
	}
	if err != nil {
		return fmt.Errorf("make schema %s: %w", schemaName, err)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
