package delivery_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/bureau"
)

func decimal(n int) string { return strconv.Itoa(n) }

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// me is the user of the test's server.
func me(t *testing.T) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return "nobody"
	}
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return who.Username
}

// A process that is killed in any phase (kill -9) leaves what the next attempt goes on from: the file reaches the bureau once, under one
// name, and gpg decrypts it.
func TestKilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		phase     func(o *office) (there func(), over func())
		meanwhile string // the state of file and delivery after the kill
		outcomes  string
	}{
		"before it is connected": {holdAfter(0), "RELEASED WAITING", "- SENT"},
		"half-way":               {holdAfter(1 << 20), "RELEASED SENDING", "- SENT"},
		"after the rename":       {blocked("delivery_attempt", "NEW.outcome IS NOT NULL"), "RELEASED SENDING", "- FOUND"},
		"after the receipt":      {blocked("bureau_file", "TRUE"), "RELEASED DELIVERED", "SENT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := newKeys(t)
			o := newOffice(t, 3<<20, keys)
			there, over := c.phase(o)
			kill := o.child()
			there()
			kill()
			over()
			if got := o.state(1); got != c.meanwhile {
				t.Errorf("after the kill it is %s, want %s", got, c.meanwhile)
			}
			if c.meanwhile != "RELEASED WAITING" {
				if _, err := bureau.Change(t.Context(), o.DB, bureau.Move{File: 1, To: bureau.Voided, Who: "ada", Why: "no"}, time.Now()); !errors.Is(err, bureau.ErrSent) {
					t.Errorf("void what may be there: %v, want %v", err, bureau.ErrSent)
				}
			}
			o.delivered(c.outcomes, sealedName)
			plain := filepath.Join(t.TempDir(), "plain")
			keys.gpg("--output", plain, "--decrypt", filepath.Join(o.server.Dir, sealedName))
			want, err := os.ReadFile(o.path(1))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(plain); err != nil || sumOf(got) != sumOf(want) {
				t.Errorf("gpg decrypts %d other bytes: %v", len(got), err)
			}
			if left, err := os.ReadDir(o.Spool); err != nil || len(left) > 0 {
				t.Errorf("%d files are left in the spool: %v", len(left), err)
			}
		})
	}
}

// child delivers file 1 in a process of its own; the returned function kills it.
func (o *office) child() (kill func()) {
	o.t.Helper()
	c := o.command()
	if err := c.Start(); err != nil {
		o.t.Fatal(err)
	}
	return func() {
		o.t.Helper()
		if err := c.Process.Kill(); err != nil {
			o.t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			o.t.Error("the process had ended before it was killed")
		}
	}
}

// command is a process that delivers file 1.
func (o *office) command() *exec.Cmd {
	o.t.Helper()
	text, err := json.Marshal(order{o.url, o.Spool, o.Destinations})
	if err != nil {
		o.t.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), childOf+"="+string(text)), os.Stderr
	return c
}

// holdAfter lets the line stand still after so many bytes.
func holdAfter(bytes int64) func(o *office) (there, over func()) {
	return func(o *office) (there, over func()) {
		held := o.server.HoldAfter(bytes)
		return func() { <-held }, o.server.Mend
	}
}

// blocked lets the process wait where it updates a table.
func blocked(table, when string) func(o *office) (there, over func()) {
	const key = "4711"
	return func(o *office) (there, over func()) {
		o.t.Helper()
		o.exec(`CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(` + key + `); RETURN NEW; END $$`)
		o.exec(`CREATE TRIGGER wait_here BEFORE UPDATE ON ` + table + ` FOR EACH ROW WHEN (` + when + `) EXECUTE FUNCTION wait_here()`)
		tx, err := o.DB.BeginTxx(o.t.Context(), nil)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := tx.ExecContext(o.t.Context(), "SELECT pg_advisory_xact_lock("+key+")"); err != nil {
			o.t.Fatal(err)
		}
		waits := func() bool {
			return get[bool](o, `SELECT count(l.pid) > 0 FROM pg_sleep(0.01) LEFT JOIN pg_locks l ON l.locktype = 'advisory' AND l.objid = `+key+
				` AND NOT l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		}
		there = func() {
			for !waits() {
			}
		}
		over = func() {
			o.t.Helper()
			if err := tx.Rollback(); err != nil {
				o.t.Fatal(err)
			}
		}
		return there, over
	}
}

// Memory does not grow with the file: it is compared, encrypted and uploaded a piece at a time.
func TestStreams(t *testing.T) {
	t.Parallel()
	const size, most = 160 << 20, 64 << 20
	o := newOffice(t, 1, newKeys(t))
	if err := os.Truncate(o.path(1), size); err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	f, err := os.Open(o.path(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(hash, f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	o.exec(`UPDATE bureau_file SET bytes = $1, sha256 = $2`, size, hex.EncodeToString(hash.Sum(nil)))
	c := o.command()
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("the system does not say how much memory it took")
	}
	resident := usage.Maxrss
	if runtime.GOOS == "linux" {
		resident <<= 10
	}
	if resident > most {
		t.Errorf("it took %d MiB of memory for a file of %d MiB", resident>>20, size>>20)
	}
	o.delivered("SENT", sealedName)
}
