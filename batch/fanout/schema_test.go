package fanout

import (
	"context"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A queue that is up to date is found so without the lock under which its tables are made: a process that was frozen
// while it held the lock stops nobody.
func TestMigrateLooksFirst(t *testing.T) {
	t.Parallel()
	url := pgtest.NewURL(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if applied, err := Migrate(ctx, url); err != nil || len(applied) == 0 {
		t.Fatalf("%d migrations, %v", len(applied), err)
	}
	holder, err := database.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	holder.SetMaxOpenConns(1)
	if _, err := holder.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		t.Fatal(err)
	}
	if applied, err := Migrate(ctx, url); err != nil || len(applied) > 0 {
		t.Errorf("while another process holds the lock: %d migrations, %v, want none", len(applied), err)
	}
}
