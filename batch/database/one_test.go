package database_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// What is done in InOneTx is done wholly or not at all: its transactions are parts that see each other, fail by themselves,
// and take rows by COPY as others do.
func TestInOneTx(t *testing.T) {
	t.Parallel()
	db, ctx := pgtest.New(t), context.Background()
	db.MustExec("CREATE TABLE kept (n bigint PRIMARY KEY)")
	add := func(n int) func(tx *sqlx.Tx) error {
		return func(tx *sqlx.Tx) error {
			return database.Copy(ctx, tx, "kept", "n", 1, func(_ int, r *database.CopyRow) { r.Int(int64(n)) })
		}
	}
	numbers := func(q sqlx.Queryer) (list []int) {
		t.Helper()
		if err := sqlx.Select(q, &list, "SELECT n FROM kept ORDER BY n"); err != nil {
			t.Fatal(err)
		}
		return list
	}
	work := func(one *sqlx.DB) error {
		for _, n := range []int{1, 2} {
			if err := database.InTx(ctx, one, add(n)); err != nil {
				return err
			}
		}
		if err := database.InDurableTx(ctx, one, add(2)); err == nil {
			t.Error("the same row was written twice")
		}
		refused := errors.New("refused")
		err := database.InTx(ctx, one, func(tx *sqlx.Tx) error { return errors.Join(add(3)(tx), refused) })
		if !errors.Is(err, refused) {
			t.Errorf("got %v, want %v", err, refused)
		}
		if got := numbers(one); len(got) != 2 {
			t.Errorf("inside there are %v, want 1 and 2", got)
		}
		if got := numbers(db); len(got) != 0 {
			t.Errorf("others see %v before the end", got)
		}
		return nil
	}
	no := errors.New("no")
	err := database.InOneTx(ctx, db, func(one *sqlx.DB) error { return errors.Join(work(one), no) })
	if got := numbers(db); !errors.Is(err, no) || len(got) != 0 {
		t.Errorf("got %v and rows %v, want %v and none", err, got, no)
	}
	if err := database.InOneTx(ctx, db, work); err != nil {
		t.Fatal(err)
	}
	if got := numbers(db); len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("afterwards there are %v, want 1 and 2", got)
	}
}

// After a loss of the connection nothing is written by another one.
func TestInOneTxLost(t *testing.T) {
	t.Parallel()
	db, ctx := pgtest.New(t), context.Background()
	db.MustExec("CREATE TABLE kept (n bigint PRIMARY KEY)")
	err := database.InOneTx(ctx, db, func(one *sqlx.DB) error {
		if _, err := one.ExecContext(ctx, "INSERT INTO kept VALUES (1)"); err != nil {
			return err
		}
		var pid int
		if err := one.GetContext(ctx, &pid, "SELECT pg_backend_pid()"); err != nil {
			return err
		}
		db.MustExec("SELECT pg_terminate_backend($1, 10000)", pid)
		for range 2 {
			_, err := one.ExecContext(ctx, "INSERT INTO kept VALUES (2)")
			if !database.IsConnectionLost(err) {
				t.Errorf("got %v, want a lost connection", err)
			}
		}
		return nil
	})
	if !database.IsConnectionLost(err) {
		t.Errorf("got %v, want a lost connection", err)
	}
	var n int
	if err := db.Get(&n, "SELECT count(*) FROM kept"); err != nil || n != 0 {
		t.Errorf("%d rows, %v, want none", n, err)
	}
}
