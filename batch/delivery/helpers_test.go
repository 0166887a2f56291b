package delivery_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

// signPassphrase locks the lender's OpenPGP key.
const signPassphrase = "battery staple"

// childOf is a variable of the environment: what a child process is to deliver.
const childOf = "FURNISHER_TEST_DELIVER"

func TestMain(m *testing.M) {
	if order := os.Getenv(childOf); order != "" {
		os.Exit(child(order))
	}
	os.Exit(m.Run())
}

// order is what a child process, which will be killed, delivers.
type order struct {
	URL, Spool   string
	Destinations map[string]delivery.Destination
}

func child(text string) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return 1
	}
	db, err := database.Open(context.Background(), o.URL)
	if err == nil {
		err = delivery.Check(o.Destinations, "")
	}
	if err == nil {
		d := &delivery.Deliverer{DB: db, Locks: db, Destinations: o.Destinations, Spool: o.Spool, Who: "child", Now: time.Now, Getenv: environment}
		_, err = d.Deliver(context.Background(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// office is a lender's database with a released file, and a bureau's server.
type office struct {
	*delivery.Deliverer
	t      *testing.T
	url    string
	server *sshtest.Server
	dir    string // of the files
}

// newOffice returns an office whose file 1 has so many bytes and goes to address "bureau", encrypted and signed if keys are given.
func newOffice(t *testing.T, bytes int, keys *keys) *office {
	t.Helper()
	o := &office{t: t, url: pgtest.NewURL(t), server: sshtest.New(t), dir: t.TempDir()}
	db, err := database.Open(t.Context(), o.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	address := delivery.Address{SFTP: o.server.URL(), KnownHosts: o.server.KnownHosts, Key: o.server.Key}
	if keys != nil {
		address.EncryptTo, address.SignWith, address.SignPassphraseEnv = []string{keys.public}, keys.private, "SIGN"
	}
	o.Deliverer = &delivery.Deliverer{
		DB: db, Locks: db, Spool: filepath.Join(o.dir, "outgoing"), Who: "ada", Now: time.Now, Getenv: environment, Patience: time.Minute,
	}
	pgtest.PlaceFiles(t, db)
	o.goesTo(map[string]delivery.Address{"bureau": address})
	o.exec(`INSERT INTO program (program_id, identification_number, reporter_name, reporter_address, calendar)
		VALUES ('NORTH', 'FRN1', 'Northfield', '1 Street', 'monthly:last')`)
	o.exec(`INSERT INTO destination (program, name) VALUES (1, 'bureaus')`)
	o.exec(`INSERT INTO run (run, business_date, plan_hash, program_version, state, who, why, last_loan, started_at, finished_at)
		VALUES (1, '2026-09-30', '', '', 'CLOSED', '', '', 3, '2026-10-01', '2026-10-01')`)
	o.file(1, bytes, "RELEASED", "2026-09-30")
	return o
}

func environment(name string) string {
	return map[string]string{"SIGN": signPassphrase, "KEY": sshtest.Passphrase, "WRONG": "no such words"}[name]
}

// goesTo sets the addresses of the destination.
func (o *office) goesTo(addresses map[string]delivery.Address) {
	o.t.Helper()
	o.Destinations = map[string]delivery.Destination{"bureaus": {Addresses: addresses}}
	if err := delivery.Check(o.Destinations, o.dir); err != nil {
		o.t.Fatal(err)
	}
}

// automatic makes the destination so.
func (o *office) automatic() {
	d := o.Destinations["bureaus"]
	d.Automatic = true
	o.Destinations["bureaus"] = d
}

// address returns the settings of the address "bureau", changed.
func (o *office) address(change func(*delivery.Address)) map[string]delivery.Address {
	a := o.Destinations["bureaus"].Addresses["bureau"]
	change(&a)
	return map[string]delivery.Address{"bureau": a}
}

// file makes a file of the bureaus with bytes that do not compress.
func (o *office) file(number int64, bytes int, state, asOf string) {
	o.t.Helper()
	content := make([]byte, bytes)
	random := rand.NewChaCha8([32]byte{byte(number)})
	_, _ = random.Read(content)
	path := o.path(number)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		o.t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	o.exec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state, name, path, sha256, bytes, records)
		VALUES ($1, 1, 1, 1, $2, '2026-08-31', '2026-09-30', $3, $4, $5, $6, $7, 0)`,
		number, asOf, state, filepath.Base(path), path, hex.EncodeToString(sum[:]), bytes)
}

func (o *office) path(number int64) string {
	return filepath.Join(o.dir, fmt.Sprintf("metro2-NORTH-%d-20260930.txt", number))
}

func (o *office) exec(query string, args ...any) {
	o.t.Helper()
	if _, err := o.DB.ExecContext(o.t.Context(), query, args...); err != nil {
		o.t.Fatal(err)
	}
}

func get[T any](o *office, query string, args ...any) (value T) {
	o.t.Helper()
	if err := o.DB.GetContext(o.t.Context(), &value, query, args...); err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	return value
}

// state is the state of a file and, behind a blank, that of its delivery to "bureau".
func (o *office) state(number int64) string {
	o.t.Helper()
	return get[string](o, `SELECT concat_ws(' ', f.state, d.state) FROM bureau_file f
		LEFT JOIN delivery d ON d.file = f.file AND d.receiver = 'bureau' WHERE f.file = $1`, number)
}

// outcomes are those of all attempts, in order: "-" for one that did not end.
func (o *office) outcomes() string {
	o.t.Helper()
	return get[string](o, `SELECT coalesce(string_agg(coalesce(outcome, '-'), ' ' ORDER BY receiver, attempt), '') FROM delivery_attempt`)
}

// there are the names of the files on the server.
func (o *office) there() []string {
	o.t.Helper()
	entries, err := os.ReadDir(o.server.Dir)
	if err != nil {
		o.t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// deliver delivers file 1, and fails the test if that cannot be tried. While the server still notices that a process was killed, it waits.
func (o *office) deliver() *delivery.Result {
	o.t.Helper()
	for {
		result, err := o.Deliver(o.t.Context(), 1)
		if err == nil {
			return result
		}
		if !errors.Is(err, delivery.ErrBusy) {
			o.t.Fatal(err)
		}
		o.exec("SELECT pg_sleep(0.01)")
	}
}

// delivered holds that file 1 is TRANSMITTED, and lies on the server once, with nothing beside it.
func (o *office) delivered(outcomes, name string) {
	o.t.Helper()
	result := o.deliver()
	if len(result.Failures) > 0 {
		o.t.Fatalf("failed: %v", result.Failures[0].Err)
	}
	if got, want := o.state(1), "TRANSMITTED DELIVERED"; got != want {
		o.t.Errorf("it is %s, want %s", got, want)
	}
	if got := o.outcomes(); got != outcomes {
		o.t.Errorf("attempts %s, want %s", got, outcomes)
	}
	if got := o.there(); !slices.Equal(got, []string{name}) {
		o.t.Errorf("on the server: %q, want only %s", got, name)
	}
}

// failed delivers file 1 and returns the failure of its one address.
func (o *office) failed() delivery.Failure {
	o.t.Helper()
	result := o.deliver()
	if len(result.Failures) != 1 {
		o.t.Fatalf("%d failures, want 1", len(result.Failures))
	}
	return result.Failures[0]
}

// keys are OpenPGP keys made by gpg: the bureau's public one, and the lender's private one, which signPassphrase locks.
type keys struct {
	t               *testing.T
	home            string // of gpg, with the bureau's private key and the lender's public one
	public, private string // files
}

func newKeys(t *testing.T) *keys {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg-") // short enough for the socket of gpg's agent
	if err != nil {
		t.Fatal(err)
	}
	k := &keys{t: t, home: home, public: filepath.Join(home, "bureau.asc"), private: filepath.Join(home, "lender.asc")}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "gpg-agent").Run() // else it ends when it misses its folder
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	k.gpg("--passphrase", "", "--quick-generate-key", "Bureau <in@bureau.example>", "future-default", "default", "never")
	k.gpg("--passphrase", signPassphrase, "--quick-generate-key", "Lender <out@lender.example>", "future-default", "default", "never")
	k.write(k.public, k.gpg("--armor", "--export", "in@bureau.example"))
	k.write(k.private, k.gpg("--passphrase", signPassphrase, "--armor", "--export-secret-keys", "out@lender.example"))
	return k
}

func (k *keys) write(file, text string) {
	k.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// gpg runs the real gpg and returns what it prints.
func (k *keys) gpg(args ...string) string {
	k.t.Helper()
	c := exec.Command("gpg", append([]string{"--homedir", k.home, "--batch", "--yes", "--pinentry-mode", "loopback", "--trust-model", "always"}, args...)...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		k.t.Fatalf("gpg %q: %v\n%s(make gpg installs it)", args, err, said.String())
	}
	return string(out)
}
