package database_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// What Copy writes is read back: texts with whatever the driver escapes, absent dates, negative numbers.
func TestCopy(t *testing.T) {
	t.Parallel()
	db, ctx := pgtest.New(t), context.Background()
	db.MustExec("CREATE TABLE copied (n bigint, word text, day date, flag boolean)")
	type row struct {
		N    int64   `db:"n"`
		Word string  `db:"word"`
		Day  *string `db:"day"`
		Flag bool    `db:"flag"`
	}
	date := "2026-02-28"
	want := []row{{-1, "a\tb\nc\\N\r", nil, true}, {2, "", &date, false}, {9223372036854775807, "é \\x1f", nil, false}}
	write := func(rows []row) error {
		return database.InTx(ctx, db, func(tx *sqlx.Tx) error {
			return database.Copy(ctx, tx, "copied", "n, word, day, flag", len(rows), func(i int, r *database.CopyRow) {
				r.Int(rows[i].N)
				r.Text(rows[i].Word)
				if rows[i].Day != nil {
					r.Date(20260228)
				} else {
					r.Date(0)
				}
				r.Bool(rows[i].Flag)
			})
		})
	}
	if err := write(want); err != nil {
		t.Fatal(err)
	}
	var got []row
	if err := db.Select(&got, "SELECT n, word, CAST(day AS text) AS day, flag FROM copied ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if err := write([]row{{1, "a\x1fb", nil, true}}); !errors.Is(err, database.ErrCopyValue) {
		t.Errorf("a text with the separator: %v, want ErrCopyValue", err)
	}
	if err := write(nil); err != nil {
		t.Errorf("no rows: %v", err)
	}
	var n int
	if err := db.Get(&n, "SELECT count(*) FROM copied"); err != nil || n != len(want) {
		t.Errorf("%d rows, %v; a refused row leaves none", n, err)
	}
}

// TestCopyEnded: a server that is gone at the end of a COPY is known as gone. The driver says EOF and no more.
func TestCopyEnded(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	url := pgtest.NewURL(t)
	held, err := database.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	held.MustExec("CREATE TABLE copied (n bigint)")
	held.MustExec(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'`)
	held.MustExec("CREATE TRIGGER wait BEFORE INSERT ON copied FOR EACH ROW EXECUTE FUNCTION wait()")
	tx := held.MustBegin()
	defer func() { _ = tx.Rollback() }()
	tx.MustExec("SELECT pg_advisory_xact_lock(1)")

	line := pgtest.NewProxy(t, url)
	db, err := database.Open(ctx, line.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	go func() {
		for waits := false; !waits; {
			if err := held.GetContext(ctx, &waits, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"); err != nil {
				t.Error(err)
				break
			}
		}
		line.Break()
	}()
	lost := db.MustBegin()
	defer func() { _ = lost.Rollback() }()
	err = database.Copy(ctx, lost, "copied", "n", 1, func(_ int, r *database.CopyRow) { r.Int(1) })
	if !database.IsConnectionLost(err) {
		t.Errorf("got %v, want a lost connection", err)
	}
}

// TestSessionEnded: so is one that is gone while a session begins.
func TestSessionEnded(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			var length [4]byte
			if _, err := io.ReadFull(conn, length[:]); err == nil {
				_, _ = io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(length[:]))-4)
			}
			_ = conn.Close()
		}
	}()
	_, err = database.Open(t.Context(), "postgres://nobody@"+listener.Addr().String()+"/nothing?sslmode=disable")
	if !database.IsConnectionLost(err) {
		t.Errorf("got %v, want a lost connection", err)
	}
}
