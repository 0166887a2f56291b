package localpg

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestStartAdoptClose(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, testConfig(dir))
	one(t, first)
	number := processOf(t, mark(first))

	second := start(t, testConfig(dir))
	one(t, second)
	if got := processOf(t, mark(second)); got != number {
		t.Errorf("the second Start made server %d beside %d", got, number)
	}
	closeServer(t, first)
	closeServer(t, first) // once more does nothing
	if !running(second) {
		t.Fatal("the server was stopped under its second user")
	}
	one(t, second)
	closeServer(t, second)
	if running(second) {
		t.Error("the last user left and the server still runs")
	}
}

// The settings are those of the program that starts the server, nobody gets in but by the socket, and an
// environment made for another server does not lead astray.
func TestSettings(t *testing.T) {
	t.Setenv("PGPORT", "1")
	t.Setenv("PGHOSTADDR", "127.0.0.1")
	t.Setenv("PGDATABASE", "other")
	server := start(t, Config{DataDir: folder(t), MaxConnections: 42})
	db, err := server.open("furnisher")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, want := range map[string]string{
		"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "42", "synchronous_commit": "off",
		"fsync": "on", "full_page_writes": "on", "data_checksums": "on", "wal_level": "minimal", "max_wal_size": "4GB",
		"TimeZone": "UTC", "server_encoding": "UTF8", "search_path": "furnisher",
	} {
		var got string
		if err := db.QueryRowContext(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
	}
	for _, private := range []string{server.DataDir(), filepath.Join(server.DataDir(), "sock"), filepath.Join(server.DataDir(), "data")} {
		info, err := os.Stat(private)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v, want mode 0700", private, info.Mode(), err)
		}
	}
}

func TestManyProcesses(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	wait := make([]func(), 8)
	for i := range wait {
		cmd, output := process(t, "use", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wait[i] = func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, output)
			}
		}
	}
	for _, done := range wait {
		done()
	}
}

// A program that was killed leaves an idle server, which the next one adopts and then stops.
func TestKilledProgram(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, output := process(t, "crash", dir)
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the process was to be killed: %v\n%s", err, output)
	}
	marks, err := filepath.Glob(filepath.Join(dir, "pg*", "data", "postmaster.pid"))
	if err != nil || len(marks) != 1 {
		t.Fatalf("found servers %v, %v, want one", marks, err)
	}
	number := processOf(t, marks[0])
	server := start(t, testConfig(dir))
	one(t, server)
	if got := processOf(t, mark(server)); got != number {
		t.Errorf("server %d was started beside the idle %d", got, number)
	}
}

// A server that was killed is started again, with what was committed before.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	log, text := logged()
	before := start(t, testConfig(dir))
	db, err := before.open("furnisher")
	if err != nil {
		t.Fatal(err)
	}
	// Also synchronous_commit=off keeps it: what the server wrote to the system survives the server.
	if _, err := db.ExecContext(t.Context(), "SET synchronous_commit = on; CREATE SCHEMA furnisher; CREATE TABLE kept (id int)"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), syscall.Kill(processOf(t, mark(before)), syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	config := testConfig(dir)
	config.Log = log
	after := start(t, config)
	db, err = after.open("furnisher")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "SELECT id FROM kept"); err != nil {
		t.Errorf("look for what was committed: %v", err)
	}
	if !strings.Contains(text.String(), "after_crash=true") {
		t.Errorf("the log says nothing of the crash: %s", text)
	}
}

// The number of a killed server may belong to another process by now, here to one of this test.
func TestStaleProcessFile(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		t.Log("without /proc a stale process file is not told from a live one")
		return
	}
	dir := folder(t)
	server := start(t, testConfig(dir))
	closeServer(t, server)

	other, err := serverAccount(server.DataDir())
	if err != nil {
		t.Fatal(err)
	}
	sleeper := exec.Command("sleep", "600")
	sleeper.Dir = "/"
	sleeper.SysProcAttr = &syscall.SysProcAttr{}
	if other.drop {
		sleeper.SysProcAttr.Credential = &syscall.Credential{Uid: other.uid, Gid: other.gid}
	}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
	writeAs(t, server, mark(server), stalePID(sleeper.Process.Pid, server))
	one(t, start(t, testConfig(dir)))
}

// A killed initdb leaves a half made folder, and a new one is made.
func TestStaleNewData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, testConfig(dir))
	closeServer(t, server)
	data := filepath.Join(server.DataDir(), "data")
	half := filepath.Join(server.DataDir(), "data.new")
	if err := os.Rename(data, half); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(half, "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	one(t, start(t, testConfig(dir)))
	if exists(half) {
		t.Error("the half made folder is still there")
	}
}

// A folder that is no database is not overwritten.
func TestForeignData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, testConfig(dir))
	closeServer(t, server)
	if err := os.Remove(filepath.Join(server.DataDir(), "data", "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), testConfig(dir)); err == nil || !strings.Contains(err.Error(), "holds no database") {
		t.Errorf("got %v, want an error about the folder", err)
	}
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	found, err := Config{NoSync: true}.findPrograms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	account, err := serverAccount("/nonexistent")
	if err != nil {
		t.Fatal(err)
	}
	if found, err = found.enterable(account, folder(t)); err != nil { // the data are to be at an odd place, not these
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"space and quote":                      "a b'c",
		"what shells, patterns and URLs mind":  `a"b$HOME;c\d%20[e]*f?&g`,
		"longer than a socket may and a comma": strings.Repeat("long,/", 22),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := testConfig(filepath.Join(folder(t), path))
			config.BinDir = found.dir
			server := start(t, config)
			t.Cleanup(func() {
				if !strings.HasPrefix(server.sockets, config.DataDir) {
					_ = os.RemoveAll(server.sockets)
				}
			})
			one(t, server)
			one(t, start(t, config))
		})
	}
}

// A folder in /tmp that somebody else made is not used for the socket.
func TestForeignSocketFolder(t *testing.T) {
	t.Parallel()
	self := account{uid: uint32(os.Geteuid())}
	home := filepath.Join(folder(t), strings.Repeat("x", 120))
	made, err := socketFolder(home, self)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(made) })
	if again, err := socketFolder(home, self); err != nil || again != made {
		t.Errorf("the second time gave %q, %v, want %q", again, err, made)
	}
	if err := os.Chmod(made, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := socketFolder(home, self); err == nil {
		t.Error("a folder open to all was taken")
	}
	if err := os.Remove(made); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/tmp", made); err != nil {
		t.Fatal(err)
	}
	if _, err := socketFolder(home, self); err == nil {
		t.Error("a link was taken")
	}
}

// A cancelled Start neither hangs nor leaves a server.
func TestCancelled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, testConfig(dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	holder := start(t, testConfig(dir))
	if err := holder.start.alone(t.Context()); err != nil {
		t.Fatal(err)
	}
	config := testConfig(dir)
	config.StartTimeout = 1 // nanosecond
	if _, err := Start(t.Context(), config); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
	if err := holder.start.unlock(); err != nil {
		t.Fatal(err)
	}
}
