package database_test

import (
	"testing"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A question that is asked again is not parsed and planned again, in transactions and out of them; what a transaction undoes does not undo
// the statement; a table that changed under it costs a connection, and no more.
func TestPrepared(t *testing.T) {
	t.Parallel()
	d, err := database.Connect(t.Context(), database.Config{URL: pgtest.NewURL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	db, end, err := d.Prepared()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	db.SetMaxOpenConns(1)
	db.MustExec(`CREATE TABLE public.asked (a integer, b text); INSERT INTO public.asked VALUES (1, 'one'), (2, 'two')`)
	const query = `SELECT * FROM public.asked WHERE a = $1`
	type row struct {
		A int
		B string
	}
	ask := func(a int) (r row, err error) {
		err = db.Get(&r, query, a)
		return r, err
	}
	kept := func(want int) {
		t.Helper()
		var n int
		if err := db.Get(&n, `SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%public.asked%' AND statement NOT LIKE '%pg_prepared%'`); err != nil || n != want {
			t.Errorf("%d statements are kept, %v; want %d", n, err, want)
		}
	}
	tx := db.MustBegin()
	var first row
	if err := tx.Get(&first, query, 1); err != nil || first.B != "one" {
		t.Errorf("%+v, %v", first, err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for n := range 8 {
		if r, err := ask(1 + n%2); err != nil || r.A != 1+n%2 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	kept(1)
	if _, err := db.Query(`SELECT no FROM public.asked WHERE a = $1`, 1); err == nil {
		t.Error("a question that cannot be asked is answered")
	}
	if r, err := ask(2); err != nil || r.B != "two" {
		t.Errorf("after a failed one: %+v, %v", r, err)
	}
	d.MustExec(`ALTER TABLE public.asked ALTER b TYPE varchar(9), ADD c integer; ALTER TABLE public.asked DROP c`)
	if _, err := ask(1); err == nil { // the server refuses the kept plan once
		t.Log("the server took the change")
	}
	if r, err := ask(1); err != nil || r.B != "one" {
		t.Errorf("after the table changed: %+v, %v", r, err)
	}
}
