package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

func TestMain(m *testing.M) {
	if _, said := os.LookupEnv(keysetJSONVariable); !said { // also for the processes that tests start
		if err := os.Setenv(keysetJSONVariable, pgtest.Keyset); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"furnisher": scripted})
}

// testClock is a variable of the environment: the time at which the program of a test begins.
const testClock = "FURNISHER_TEST_CLOCK"

// scripted is the program on 2026-12-01, which is after all nights of the scripts, or at the time of testClock.
func scripted() {
	begun := time.Now()
	start := time.Date(2026, time.December, 1, 6, 0, 0, 0, time.UTC)
	if said, err := time.Parse(time.RFC3339, os.Getenv(testClock)); err == nil {
		start = said
	}
	live(func() time.Time { return start.Add(time.Since(begun)) })
}

// run runs one command line in this process and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, bytes: stdout, stderr: stderr, getenv: os.Getenv, now: time.Now}
	return a.run(ctx, args)
}

// TestScripts runs the program as a person would, each script in a database of its own. $EXTRACT is a small
// servicing extract: L-1 pays, L-2 is paid off and terminated for fraud, L-3 is not furnished, L-4 is late
// and not serviced.
func TestScripts(t *testing.T) {
	extract, err := filepath.Abs("testdata/extract")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("DATABASE_URL", pgtest.NewURL(env.T().(testing.TB)))
			env.Setenv("DATABASE_URL_DIRECT", "")
			env.Values[testingTB{}] = env.T().(testing.TB)
			env.Setenv("FURNISHER_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("EXTRACT", extract)
			env.Setenv(keysetJSONVariable, pgtest.Keyset)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "lock": lock, "copydir": copyDir, "listeners": listeners, "replace": replace, "cut": cut, "pooler": pooler, "sql": execute,
			"tables": tables, "sshd": sshd, "receiver": receiver,
		},
	})
}

// status N COMMAND runs a command and wants its exit status to be N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// lock holds the book of DATABASE_URL until the script ends.
func lock(ts *testscript.TestScript, _ bool, _ []string) {
	db, err := database.Open(context.Background(), ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	book, err := batch.LockBook(context.Background(), db)
	ts.Check(err)
	ts.Defer(func() {
		book.Release()
		if err := db.Close(); err != nil {
			ts.Logf("release the book: %v", err)
		}
	})
}

// sql TEXT executes SQL in DATABASE_URL.
func execute(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: sql TEXT")
	}
	db, err := database.Open(context.Background(), ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), args[0])
	ts.Check(err)
}

// tables FILE writes a checksum of every table of DATABASE_URL to a file.
func tables(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: tables FILE")
	}
	db, err := database.Open(context.Background(), ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	var names []string
	ts.Check(db.Select(&names, "SELECT tablename FROM pg_tables WHERE schemaname = 'furnisher' ORDER BY 1"))
	var sums strings.Builder
	for _, name := range names {
		var sum string
		ts.Check(db.Get(&sum, "SELECT count(*) || ' ' || coalesce(md5(string_agg(CAST(r AS text), E'\\n' ORDER BY CAST(r AS text))), '') FROM "+name+" r"))
		sums.WriteString(name + " " + sum + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(sums.String()), 0o600))
}

// testingTB is the key of a script's test.
type testingTB struct{}

// pooler VARIABLE puts a pooler of transactions before DATABASE_URL and sets the variable to its address.
func pooler(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: pooler VARIABLE")
	}
	ts.Setenv(args[0], pgtest.Pooled(ts.Value(testingTB{}).(testing.TB), ts.Getenv("DATABASE_URL")))
}

// sshd starts an SFTP server for the script: $SFTP is its address, $INBOX its folder, and the files $KNOWN_HOSTS and $KEY what
// goes with it.
func sshd(ts *testscript.TestScript, _ bool, _ []string) {
	s := sshtest.New(ts.Value(testingTB{}).(testing.TB))
	for name, value := range map[string]string{"SFTP": s.URL(), "INBOX": s.Dir, "KNOWN_HOSTS": s.KnownHosts, "KEY": s.Key} {
		ts.Setenv(name, value)
	}
}

// receiver STATUS starts a webhook at $HOOK that answers so; it appends what it gets to the file received, each message after its id and
// whether FURNISHER_WEBHOOK_SECRET signed it.
func receiver(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: receiver STATUS")
	}
	answer, err := strconv.Atoi(args[0])
	ts.Check(err)
	verify, err := standardwebhooks.NewWebhook(ts.Getenv("FURNISHER_WEBHOOK_SECRET"))
	ts.Check(err)
	file := ts.MkAbs("received")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f, open := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err := errors.Join(err, open); err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		fmt.Fprintf(f, "%s %t %s\n", r.Header.Get(standardwebhooks.HeaderWebhookID), verify.VerifyIgnoringTimestamp(body, r.Header) == nil, body)
		_ = f.Close()
		w.WriteHeader(answer)
	}))
	ts.Defer(s.Close)
	ts.Setenv("HOOK", s.URL+"/TOKEN")
}

// listeners N waits until so many processes wait for news from the database.
func listeners(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: listeners N")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := database.Open(ctx, ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	for got := -1; got != want; {
		ts.Check(db.GetContext(ctx, &got, `SELECT count(a.pid) FROM pg_sleep(0.01)
			LEFT JOIN pg_stat_activity a ON a.datname = current_database() AND a.query LIKE 'LISTEN %'`))
	}
}

// copydir FROM TO copies the files of a folder.
func copyDir(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: copydir FROM TO")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// replace FILE OLD NEW replaces a text in a file, at each place where it stands.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

// cut FROM TO N copies the first N bytes of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: cut FROM TO N")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	if len(text) <= n {
		ts.Fatalf("%s has only %d bytes", args[0], len(text))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text[:n]), 0o600))
}
