package database_test

import (
	"context"
	"errors"
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
