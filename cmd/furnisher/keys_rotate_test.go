package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// rotating is a book whose keyset is in a file, and a program that changes its keys. What it prints goes into the text.
func rotating(t *testing.T) (a *app, db *database.Database, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keyset.json")
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Create(path); err != nil {
		t.Fatal(err)
	}
	url := pgtest.NewURL(t)
	if db, err = database.Connect(t.Context(), database.Config{URL: url}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := intake.Import(t.Context(), db.DB, intake.Options{Dir: "testdata/extract", Now: time.Now, Vault: book.Vault{Keys: keys}}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string { return map[string]string{"DATABASE_URL": url, keysetVariable: path}[name] }
	return &app{getenv: getenv}, db, path
}

// command runs one command line and returns its exit status and what it said.
func (a *app) command(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	var out strings.Builder
	one := &app{stdin: strings.NewReader(""), bytes: &out, stderr: &out, getenv: a.getenv, now: time.Now}
	status = one.run(t.Context(), args)
	return status, out.String()
}

// Commands that change the keys at once, all of which read the keyset before one of them changed it: one does it, the others are
// refused. No key that sealed anything is lost.
func TestKeysRotatedAtOnce(t *testing.T) {
	t.Parallel()
	const commands = 4
	a, db, path := rotating(t)
	held, err := db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec("LOCK TABLE file_page"); err != nil { // they read it after the keyset
		t.Fatal(err)
	}
	statuses := make(chan int, commands)
	for range commands {
		go func() {
			status, _ := a.command(t, "keys", "rotate")
			statuses <- status
		}()
	}
	for waiting := 0; waiting < commands; {
		if err := db.Get(&waiting, "SELECT count(*) FROM pg_locks WHERE relation = CAST('file_page' AS regclass) AND NOT granted"); err != nil {
			t.Fatal(err)
		}
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	ended := map[int]int{}
	for range commands {
		ended[<-statuses]++
	}
	if ended[exitDone] != 1 || ended[exitLocked] != commands-1 {
		t.Errorf("exit statuses and how often %v, want %d once, else %d", ended, exitDone, exitLocked)
	}
	keys, err := seal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	uses, err := book.KeyUses(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range uses {
		if !slices.ContainsFunc(keys.Keys(), func(k seal.Key) bool { return k.ID == use.Key }) {
			t.Errorf("the file lacks a key that sealed %d values", use.Sealed)
		}
	}
	if status, said := a.command(t, "keys", "rotate"); status != exitDone {
		t.Errorf("the command after them: exit status %d\n%s", status, said)
	}
}

// Keys are not dropped beside a run or an import, which may have begun by an older one, nor beside another command that changes them.
func TestKeysDroppedBesideNights(t *testing.T) {
	t.Parallel()
	a, db, path := rotating(t)
	if status, said := a.command(t, "keys", "rotate"); status != exitDone {
		t.Fatal(said)
	}
	held, err := batch.LockBook(t.Context(), db.Direct)
	if err != nil {
		t.Fatal(err)
	}
	status, said := a.command(t, "keys", "rotate", "--drop-old")
	held.Release()
	if keys, err := seal.Read(path); status != exitLocked || err != nil || len(keys.Keys()) != 2 {
		t.Errorf("beside a night: exit status %d, %v\n%s", status, errors.Join(err), said)
	}
	if status, said := a.command(t, "keys", "rotate", "--drop-old"); status != exitDone {
		t.Errorf("after it: exit status %d\n%s", status, said)
	}
}

// A command that goes on for days works by the keys of now.
func TestLiveVault(t *testing.T) {
	t.Parallel()
	a, db, path := rotating(t)
	old, err := seal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	live, err := a.newLiveVault(book.Vault{Keys: old})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		if status, said := a.command(t, "keys", "rotate"); status != exitDone {
			t.Fatal(said)
		}
		if err := live.now().Check(t.Context(), db.DB); err != nil {
			t.Errorf("after change %d: %v", round, err)
		}
	}
	if err := errors.Join(os.Rename(path, path+".away"), live.now().Check(t.Context(), db.DB)); err != nil {
		t.Errorf("without the file: %v", err)
	}
}
