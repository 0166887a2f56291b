package main

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/rules"
)

// boardedBook is a book that is to board a file of its former holder.
type boardedBook struct {
	t          *testing.T
	db         *database.Database
	url, files string
	given      string
}

// command is furnisher board in a process of its own.
func (b *boardedBook) command() *exec.Cmd {
	c := exec.Command("furnisher", "board", b.given, "--program", "NORTH", "--why", "bought")
	c.Env = append(os.Environ(), "DATABASE_URL="+b.url, "FURNISHER_FILES="+b.files)
	return c
}

// killedAt kills a boarding where it waits for a lock that a trigger asks for. The server ends its session, too, unless it is to go on.
func (b *boardedBook) killedAt(trigger string, goesOn bool) {
	b.t.Helper()
	b.db.MustExec(`CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$`)
	b.db.MustExec(trigger)
	holder, err := b.db.Beginx()
	if err != nil {
		b.t.Fatal(err)
	}
	holder.MustExec(`SELECT pg_advisory_xact_lock(4711)`)
	c := b.command()
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	var waiting []int
	for len(waiting) == 0 {
		if err := b.db.Select(&waiting, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
			b.t.Fatal(err)
		}
		select {
		case err := <-ended:
			b.t.Fatalf("it did not come so far: %v", err)
		default:
		}
	}
	if err := c.Process.Kill(); err != nil {
		b.t.Fatal(err)
	}
	<-ended
	if !goesOn {
		b.db.MustExec(`SELECT pg_terminate_backend($1, 10000)`, waiting[0])
	}
	if err := holder.Rollback(); err != nil {
		b.t.Fatal(err)
	}
	for n := 1; n > 0; { // the server is done with the session
		if err := b.db.Get(&n, `SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'`, waiting[0]); err != nil {
			b.t.Fatal(err)
		}
	}
	b.db.MustExec(`DROP FUNCTION public.hold() CASCADE`)
}

// boarded runs it to its end, and returns what it says, what the tables hold, and the files.
func (b *boardedBook) boarded() (says string, tables map[string]string, files []string) {
	b.t.Helper()
	out, err := b.command().Output()
	if err != nil {
		b.t.Fatalf("%v: %s", err, out)
	}
	if here, _, err := (bureau.Files{Dir: b.files}).Orphans(b.t.Context(), b.db.DB); err != nil || here != nil {
		b.t.Errorf("after it orphans %v, %v", here, err)
	}
	err = filepath.WalkDir(b.files, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, b.files+"/"))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return string(out), fingerprint(b.t, b.db.DB), files
}

// TestBoardKilled kills furnisher board at several places (kill -9). Either nothing is boarded, or all of it; what it leaves in the folder is
// named, and gone after the next call, which boards what one that nobody killed does.
func TestBoardKilled(t *testing.T) {
	t.Parallel()
	portfolio := fixtures.Options{Loans: 120, Seed: 5, Out: t.TempDir()}.WithDefaults()
	if _, err := fixtures.Generate(context.Background(), portfolio); err != nil {
		t.Fatal(err)
	}
	former, formerDB := bookOf(t, portfolio.Out)
	n := night{workers: workersFlag{here: batch.DefaultWorkers}, share: batch.Share{Count: 1}, why: "night", dir: t.TempDir()}
	onDate(t, former, formerDB, n, rules.NewDate(2026, 9, 30))
	var given string
	if err := formerDB.Get(&given, `SELECT path FROM bureau_file f JOIN program p USING (program) WHERE p.program_id = 'NORTH'`); err != nil {
		t.Fatal(err)
	}
	newBook := func() *boardedBook {
		a, db := bookOf(t, portfolio.Out)
		return &boardedBook{t, db, a.settings.databaseURL, t.TempDir(), given}
	}
	says, tables, files := newBook().boarded()
	const name = "boarded/metro2-NORTH-1-20260930.txt"
	if !cmp.Equal(files, []string{name}) {
		t.Fatalf("undisturbed it leaves %v", files)
	}
	again := strings.Replace(says, "is file 1", "was boarded before as file 1; nothing changed", 1)
	for _, c := range []struct {
		name, trigger string
		goesOn        bool
		left          []string // in the folder, without what is drawn behind a draft's name
		says          string
	}{
		{"while records are written", `CREATE TRIGGER hold AFTER INSERT ON tradeline FOR EACH STATEMENT EXECUTE FUNCTION public.hold()`, false, nil, says},
		{"before it has its name", `CREATE TRIGGER hold AFTER UPDATE ON boarded_file FOR EACH STATEMENT EXECUTE FUNCTION public.hold()`, false,
			[]string{".metro2-NORTH-1-20260930.txt", ".placing-metro2-NORTH-1-20260930.txt"}, says},
		{"before its row commits", `CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON boarded_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.hold()`, false,
			[]string{".placing-metro2-NORTH-1-20260930.txt", "metro2-NORTH-1-20260930.txt"}, says},
		{"and the server commits it", `CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON boarded_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.hold()`, true,
			[]string{".placing-metro2-NORTH-1-20260930.txt", "metro2-NORTH-1-20260930.txt"}, again},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook()
			b.t = t
			b.killedAt(c.trigger, c.goesOn)
			rows := 0
			if err := b.db.Get(&rows, `SELECT (SELECT count(*) FROM bureau_file) + (SELECT count(*) FROM tradeline) + (SELECT count(*) FROM proof_entry)`); err != nil || (rows > 0) != c.goesOn {
				t.Errorf("it left %d rows, %v", rows, err)
			}
			entries, err := os.ReadDir(filepath.Join(b.files, bureau.BoardedDir))
			if err != nil && c.left != nil {
				t.Fatal(err)
			}
			var left []string
			for _, entry := range entries {
				whole, _, _ := strings.Cut(entry.Name(), ".txt")
				left = append(left, whole+".txt")
			}
			if diff := cmp.Diff(c.left, left); diff != "" {
				t.Errorf("in the folder (-want +got):\n%s", diff)
			}
			here, _, err := bureau.Files{Dir: b.files}.Orphans(t.Context(), b.db.DB)
			if err != nil || slices.Contains(here, name) != (len(c.left) > 0 && !c.goesOn) {
				t.Errorf("orphans %v, %v", here, err)
			}
			gotSays, gotTables, gotFiles := b.boarded()
			if gotSays != c.says {
				t.Errorf("then it says %q, want %q", gotSays, c.says)
			}
			if diff := cmp.Diff(tables, gotTables); diff != "" {
				t.Errorf("tables, undisturbed (-) and killed (+):\n%s", diff)
			}
			if diff := cmp.Diff(files, gotFiles); diff != "" {
				t.Errorf("files, undisturbed (-) and killed (+):\n%s", diff)
			}
		})
	}
}
