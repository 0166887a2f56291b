package database

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/furnisher/furnisher/batch/localpg"
)

// asMigration is the environment variable by which this test program, started once more, migrates the
// database of its value instead of testing.
const asMigration = "FURNISHER_DATABASE_TEST_MIGRATE"

func TestMain(m *testing.M) {
	address := os.Getenv(asMigration)
	if address == "" {
		os.Exit(m.Run())
	}
	applied, err := Migrate(context.Background(), address, testSchema)
	fmt.Println("applied", len(applied))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// migrating prepares another process that migrates a database.
func migrating(t *testing.T, address string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asMigration+"="+address)
	output := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = output, output
	return cmd, output
}

// testSchema has a table whose second making would fail.
var testSchema = fstest.MapFS{
	"schema/00001_first.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE first (id bigint PRIMARY KEY);\n")},
	"schema/00002_second.sql": {Data: []byte("-- +goose Up\nCREATE TABLE second (id bigint PRIMARY KEY);\n")},
}

// withServer starts a server and makes empty databases on it.
func withServer(t *testing.T) (server *localpg.Server, database func(name string) string) {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Config{
		DataDir: folder(t), BinDir: os.Getenv("FURNISHER_PG_BIN"), NoSync: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	admin, err := Open(t.Context(), server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	return server, func(name string) string {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
			t.Fatal(err)
		}
		return server.URL(name)
	}
}

// folder makes a temporary folder that the server's account may enter even if root runs the tests, which
// t.TempDir is not.
func folder(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("/tmp", "database-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if marks, _ := filepath.Glob(filepath.Join(path, "pg*", "data", "postmaster.pid")); len(marks) > 0 {
			t.Errorf("a server was left running: %v", marks)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Error(err)
		}
	})
	return path
}
