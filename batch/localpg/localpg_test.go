package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sirupsen/logrus"
)

// asProcess is the environment variable by which this test program, started once more, does one of the
// works in processes instead of testing. Its value is the work's name.
const asProcess = "FURNISHER_LOCALPG_TEST_AS"

var processes = map[string]func(ctx context.Context) error{
	"use":   useServer,
	"crash": crash,
}

func TestMain(m *testing.M) {
	name := os.Getenv(asProcess)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := processes[name](context.Background()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// process prepares this test program to do a work, for the server in a folder.
func process(t *testing.T, work, dataDir string, environment ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), append(environment, asProcess+"="+work, "FURNISHER_DATA="+dataDir)...)
	output := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = output, output
	return cmd, output
}

func testConfig(dataDir string) Config { return Config{DataDir: dataDir, NoSync: true} }

// folder makes a temporary folder that the server's account may enter even if root runs the tests, which
// t.TempDir is not, and stops what a failed test left running there.
func folder(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("/tmp", "localpg-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		marks, _ := filepath.Glob(filepath.Join(path, "pg*", "data", "postmaster.pid"))
		for _, mark := range marks {
			t.Errorf("a server was left running: %s", mark)
			_ = syscall.Kill(processOf(t, mark), syscall.SIGQUIT)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Error(err)
		}
	})
	return path
}

func start(t *testing.T, c Config) *Server {
	t.Helper()
	server, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, server) })
	return server
}

func closeServer(t *testing.T, server *Server) {
	t.Helper()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

// processOf reads the process number of a server from its postmaster.pid.
func processOf(t *testing.T, mark string) int {
	t.Helper()
	text, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func mark(server *Server) string { return filepath.Join(server.DataDir(), "data", "postmaster.pid") }

func running(server *Server) bool { return exists(mark(server)) }

// one asks the server something.
func one(t *testing.T, server *Server) {
	t.Helper()
	db, err := server.open("furnisher")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got int
	if err := db.QueryRowContext(t.Context(), "SELECT 1").Scan(&got); err != nil || got != 1 {
		t.Fatalf("SELECT 1 gave %d, %v", got, err)
	}
}

func useServer(ctx context.Context) (err error) {
	server, err := Start(ctx, testConfig(os.Getenv("FURNISHER_DATA")))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	db, err := server.open("furnisher")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "SELECT count(*) FROM pg_class")
	return err
}

// crash uses the server and ends as kill -9 would have it.
func crash(ctx context.Context) error {
	if _, err := Start(ctx, testConfig(os.Getenv("FURNISHER_DATA"))); err != nil {
		return err
	}
	return syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// logged collects what the server's life logs.
func logged() (logrus.FieldLogger, *bytes.Buffer) {
	text := new(bytes.Buffer)
	log := logrus.New()
	log.SetOutput(text)
	return log, text
}

func TestConfig(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"FURNISHER_DATA": "/b", "FURNISHER_PG_BIN": "/c", "XDG_STATE_HOME": "/d"}
	got := FromEnv(func(name string) string { return environment[name] })
	if got.DataDir != "/b" || got.BinDir != "/c" || got.StateHome != "/d" {
		t.Errorf("FromEnv = %+v", got)
	}
	for _, bad := range []Config{{StartTimeout: -1}, {MaxConnections: 3}} {
		if _, err := bad.WithDefaults(); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	relative, err := Config{DataDir: "here"}.WithDefaults()
	if err != nil || !filepath.IsAbs(relative.DataDir) {
		t.Errorf("a relative folder gave %q, %v", relative.DataDir, err)
	}
}
