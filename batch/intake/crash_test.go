package intake_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/localpg"
)

// A server that is killed while a file is staged starts again at the first attempt, and the import can be made again.
func TestServerKilledWhileStaging(t *testing.T) {
	t.Parallel()
	killedAt(t, "transactions.csv", book().with("transactions.csv", entryHeader, entry("T1", "L1", "FEE", "1", "SETTLED", "")))
}

// So does one that is killed when the tables of a first import are filled and have their indexes again, before that is
// committed: terminations.csv is read when transactions.csv is merged.
func TestServerKilledInAFirstImport(t *testing.T) {
	t.Parallel()
	killedAt(t, "terminations.csv", firstBook().with("reason_rules.csv", rulesHeader, "A,B,true").
		with("terminations.csv", "loan_id,terminated_on,reason", "L1,2026-01-10,ERRO"))
}

// killedAt kills the server when a file of the extract is read, and then imports the extract.
func killedAt(t *testing.T, at string, e extract) {
	t.Helper()
	folder := serverFolder(t)
	db, err := openPrivate(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	laws := lawsOf(t, db.DB)
	o := options(e.write(t))
	server, killed := postmaster(t, folder), false
	o.Progress = func(file string, _, _ int64) {
		if file == at && !killed {
			killed = true
			kill(t, db, server)
		}
	}
	if _, err := intake.Import(context.Background(), db.DB, o); err == nil || !killed {
		t.Fatalf("import: %v, want an error", err)
	}
	db = openAgain(t, db, folder)
	if got := rows(t, db.DB, "SELECT loan_id FROM loan"); got != "" {
		t.Errorf("loans %s, want none", got)
	}
	o.Progress = nil
	if _, err := intake.Import(context.Background(), db.DB, o); err != nil {
		t.Errorf("import afterwards: %v", err)
	}
	diff(t, "laws", lawsOf(t, db.DB), laws)
	if err := db.close(); err != nil {
		t.Error(err)
	}
}

// What a first import has committed a server that is killed then has, though its log does not.
func TestServerKilledAfterAFirstImport(t *testing.T) {
	t.Parallel()
	folder := serverFolder(t)
	db, err := openPrivate(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	load(t, db.DB, firstBook())
	want := snapshot(t, db.DB)
	kill(t, db, postmaster(t, folder))
	db = openAgain(t, db, folder)
	diff(t, "book", snapshot(t, db.DB), want)
	if err := db.close(); err != nil {
		t.Error(err)
	}
}

// kill kills the server, once what it has done so far is on disk, and waits until its sessions know that it is gone.
func kill(t *testing.T, db *privateDatabase, server int) {
	t.Helper()
	idle, err := db.Connx(context.Background())
	if err != nil {
		t.Error(err)
		return
	}
	defer idle.Close() // it may complain: its session is gone
	// What has been done has to be gone through when the server starts again.
	db.MustExec(`BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, 'test', ''); COMMIT`)
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	for idle.PingContext(context.Background()) == nil {
	}
}

// openAgain starts a server that was killed, and makes it start at the first attempt.
func openAgain(t *testing.T, db *privateDatabase, folder string) *privateDatabase {
	t.Helper()
	_ = db.close() // it may complain: its server is gone
	again, err := openPrivate(t, folder)
	if err != nil {
		t.Fatalf("start again: %v", err)
	}
	return again
}

// privateDatabase is a database on a server of its own.
type privateDatabase struct {
	*database.Database
	server *localpg.Server
}

func openPrivate(t *testing.T, folder string) (*privateDatabase, error) {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Config{DataDir: folder, NoSync: true})
	if err != nil {
		return nil, err
	}
	db, err := database.Connect(t.Context(), database.Config{URL: server.URL("furnisher"), Private: true})
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return &privateDatabase{db, server}, nil
}

func (p *privateDatabase) close() error { return errors.Join(p.Database.Close(), p.server.Close()) }

// serverFolder is a folder that the server's account may enter even if root runs the tests, which t.TempDir is not.
func serverFolder(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("/tmp", "intake-test-")
	if err == nil {
		err = os.Chmod(path, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(path); err != nil {
			t.Error(err)
		}
	})
	return path
}

// postmaster is the process id of the server whose data are below a folder.
func postmaster(t *testing.T, folder string) int {
	t.Helper()
	marks, err := filepath.Glob(filepath.Join(folder, "pg*", "data", "postmaster.pid"))
	if err != nil || len(marks) != 1 {
		t.Fatal(errors.Join(err, errors.New("no server runs there")))
	}
	text, err := os.ReadFile(marks[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	number, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return number
}
