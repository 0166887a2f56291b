package intake_test

import (
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// endHolder ends the session that holds the book. The import's own transaction holds other locks: its end would not be seen
// while the import reads.
func endHolder(t *testing.T, db *sqlx.DB) {
	t.Helper()
	_, err := db.Exec(`SELECT pg_terminate_backend(l.pid, 60000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.classid = 1718973038 AND l.objid = 1769171058 AND l.granted AND d.datname = current_database()`)
	if err != nil {
		t.Error(err)
	}
}

// An import whose lock is lost ends at once, also while it reads from a disk that hangs, and leaves nothing. What wakes
// later of it does not touch the import that came after.
func TestLockLost(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	o := options(book().with("transactions.csv", entryHeader, entry("T1", "L1", "FEE", "1", "SETTLED", "")).write(t))
	hang := make(chan struct{})
	lost := o
	lost.Progress = func(file string, _, _ int64) {
		if file == "transactions.csv" {
			endHolder(t, db)
			<-hang
		}
	}
	_, err := intake.Import(t.Context(), db, lost)
	close(hang)
	if !errors.Is(err, batch.ErrLockLost) {
		t.Fatalf("import: %v, want %v", err, batch.ErrLockLost)
	}
	if got := rows(t, db, "SELECT loan_id FROM loan"); got != "" {
		t.Errorf("loans %s, want none", got)
	}
	if _, err := intake.Import(t.Context(), db, o); err != nil {
		t.Errorf("the next import: %v", err)
	}
	if got := rows(t, db, "SELECT count(*) FROM loan_transaction"); got != `{"count":1}` {
		t.Errorf("got %s, want one transaction", got)
	}
}
