package delivery_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

const (
	plainName  = "metro2-NORTH-1-20260930.txt"
	sealedName = plainName + ".pgp"
)

// A file reaches the bureau encrypted and signed: gpg decrypts it with the bureau's key, and knows the lender's signature. The receipt says
// what was sent. A second time nothing is sent.
func TestDeliver(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	o := newOffice(t, 1<<20, keys)
	o.delivered("SENT", sealedName)

	there := filepath.Join(o.server.Dir, sealedName)
	plain := filepath.Join(t.TempDir(), "plain")
	status := keys.gpg("--status-fd", "1", "--output", plain, "--decrypt", there)
	if !strings.Contains(status, "[GNUPG:] GOODSIG ") || !strings.Contains(status, "Lender <out@lender.example>") {
		t.Errorf("gpg knows no good signature of the lender:\n%s", status)
	}
	want, err := os.ReadFile(o.path(1))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(plain); err != nil || !slices.Equal(got, want) {
		t.Errorf("gpg decrypted %d bytes, not the %d that were made: %v", len(got), len(want), err)
	}

	sealed, err := os.ReadFile(there)
	if err != nil {
		t.Fatal(err)
	}
	receipt := get[string](o, `SELECT concat_ws(' ', a.who, a.attempt, d.name, a.bytes, a.sha256, a.host_key, a.place)
		FROM delivery_attempt a JOIN delivery d ON d.file = a.file AND d.receiver = a.receiver`)
	wantReceipt := strings.Join([]string{"ada 1", sealedName, decimal(len(sealed)), sumOf(sealed), ssh.FingerprintSHA256(o.server.Host), o.server.URL()}, " ")
	if receipt != wantReceipt {
		t.Errorf("receipt %s,\nwant    %s", receipt, wantReceipt)
	}
	if event := get[string](o, `SELECT concat_ws(' ', state, who, why) FROM bureau_file_event`); event != "TRANSMITTED ada delivered to bureau as "+sealedName {
		t.Errorf("the ledger says %q", event)
	}
	if left, err := os.ReadDir(o.Spool); err != nil || len(left) > 0 {
		t.Errorf("%d files are left in the spool: %v", len(left), err)
	}

	connections := o.server.Connections()
	o.delivered("SENT", sealedName)
	if again := o.server.Connections(); again != connections {
		t.Errorf("the second time %d connections were made", again-connections)
	}
}

// What goes wrong leaves the file released and nothing under its name on the server; the error says what it was and holds no secret.
// When the cause is gone, the next attempt delivers the file once.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  func(t *testing.T, o *office) (mend func())
		is     error // nil: an error that passes
		says   string
		state  string // of the file and its delivery meanwhile
		passes bool
	}{
		"another host key": {fault: func(t *testing.T, o *office) func() {
			other, err := o.server.NewKnownHosts()
			return sets(t, o, err, func(a *delivery.Address) { a.KnownHosts = other })
		}, is: delivery.ErrHostKey, says: "knows ssh-ed25519 SHA256:"},
		"an unknown host": {fault: func(t *testing.T, o *office) func() {
			none := filepath.Join(t.TempDir(), "known_hosts")
			return sets(t, o, os.WriteFile(none, nil, 0o600), func(a *delivery.Address) { a.KnownHosts = none })
		}, is: delivery.ErrHostKey, says: "knows no key of the host"},
		"a refused key": {fault: func(t *testing.T, o *office) func() {
			return sets(t, o, nil, func(a *delivery.Address) { a.Key = o.server.OtherKey })
		}, is: delivery.ErrKeyRefused, says: "of user " + me(t)},
		"a locked key without its passphrase": {fault: func(t *testing.T, o *office) func() {
			return sets(t, o, nil, func(a *delivery.Address) { a.Key = o.server.LockedKey })
		}, is: delivery.ErrSettings, says: "no private key that can be read"},
		"a locked key with a wrong passphrase": {fault: func(t *testing.T, o *office) func() {
			return sets(t, o, nil, func(a *delivery.Address) { a.Key, a.KeyPassphraseEnv = o.server.LockedKey, "WRONG" })
		}, is: delivery.ErrSettings, says: "no private key that can be read"},
		"nobody listens": {fault: func(t *testing.T, o *office) func() {
			return sets(t, o, nil, func(a *delivery.Address) { a.SFTP = "sftp://x@127.0.0.1:1/in" })
		}, says: "connect: ", passes: true},
		"a full disk": {fault: func(t *testing.T, o *office) func() {
			if err := os.Symlink("/dev/full", filepath.Join(o.server.Dir, plainName+".1.part")); err != nil {
				t.Fatal(err)
			}
			return func() {}
		}, says: "upload ", passes: true},
		"no right to write": {fault: func(t *testing.T, o *office) func() {
			return mode(t, o, 0o500)
		}, says: "permission denied", passes: true},
		"no such folder": {fault: func(t *testing.T, o *office) func() {
			return sets(t, o, nil, func(a *delivery.Address) { a.SFTP += "/none" })
		}, says: "file does not exist", passes: true},
		"a connection that is cut half-way": {fault: func(_ *testing.T, o *office) func() {
			o.server.CutAfter(1 << 20)
			return o.server.Mend
		}, says: "upload ", passes: true},
		"a server that falls silent half-way": {fault: func(_ *testing.T, o *office) func() {
			o.server.HoldAfter(1 << 20)
			o.Patience = 8 * time.Second // long enough to get there on a busy machine
			return func() { o.server.Mend(); o.Patience = time.Minute }
		}, says: "upload ", passes: true},
		"a server that falls silent at once": {fault: func(_ *testing.T, o *office) func() {
			o.server.HoldAfter(0)
			o.Patience = time.Second
			return func() { o.server.Mend(); o.Patience = time.Minute }
		}, says: "connect: ", passes: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 3<<20, nil)
			mend := c.fault(t, o)
			failure := o.failed()
			mend()
			if c.is != nil && !errors.Is(failure.Err, c.is) {
				t.Errorf("got %v, want %v", failure.Err, c.is)
			}
			if got := failure.Passes(); got != c.passes {
				t.Errorf("it passes by itself: %t, want %t: %v", got, c.passes, failure.Err)
			}
			noted := get[string](o, `SELECT error FROM delivery_attempt`)
			if !strings.Contains(noted, c.says) || !strings.Contains(failure.Err.Error(), c.says) {
				t.Errorf("the ledger says %q, want %q in it", noted, c.says)
			}
			for _, secret := range []string{sshtest.Passphrase, "no such words", "PRIVATE KEY"} {
				if strings.Contains(noted, secret) {
					t.Errorf("the ledger holds a secret: %q", noted)
				}
			}
			if got := o.state(1); got != "RELEASED WAITING" {
				t.Errorf("it is %s, want RELEASED WAITING", got)
			}
			if slices.Contains(o.there(), plainName) {
				t.Error("the file has its name on the server")
			}
			o.delivered("FAILED SENT", plainName)
		})
	}
}

// sets changes the settings of the address; the returned function takes that back.
func sets(t *testing.T, o *office, err error, change func(*delivery.Address)) func() {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	right := o.address(func(*delivery.Address) {})
	o.goesTo(o.address(change))
	return func() { o.goesTo(right) }
}

// mode changes the rights on the server's folder; the returned function takes that back.
func mode(t *testing.T, o *office, bits os.FileMode) func() {
	t.Helper()
	set := func(bits os.FileMode) {
		if err := os.Chmod(o.server.Dir, bits); err != nil {
			t.Fatal(err)
		}
	}
	set(bits)
	return func() { set(0o700) }
}

// A file of that name that is not ours stays as it is, whatever its size, and nothing is sent under another name. The same bytes count as
// delivered.
func TestOccupied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there    func(ours []byte) []byte
		occupied bool
	}{
		"other bytes":                  {func([]byte) []byte { return []byte("of somebody else") }, true},
		"other bytes of the same size": {func(ours []byte) []byte { return append([]byte("x"), ours[1:]...) }, true},
		"the same bytes":               {func(ours []byte) []byte { return ours }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 4096, nil)
			ours, err := os.ReadFile(o.path(1))
			if err != nil {
				t.Fatal(err)
			}
			there := c.there(slices.Clone(ours))
			if err := os.WriteFile(filepath.Join(o.server.Dir, plainName), there, 0o644); err != nil {
				t.Fatal(err)
			}
			if !c.occupied {
				o.delivered("FOUND", plainName)
				return
			}
			if failure := o.failed(); !errors.Is(failure.Err, delivery.ErrOccupied) || failure.Passes() {
				t.Errorf("got %v, want %v", failure.Err, delivery.ErrOccupied)
			}
			if now, err := os.ReadFile(filepath.Join(o.server.Dir, plainName)); err != nil || !slices.Equal(now, there) {
				t.Errorf("the file on the server was changed: %v", err)
			}
			if got := o.there(); len(got) != 1 {
				t.Errorf("on the server: %q, want one file", got)
			}
			if got := o.state(1); got != "RELEASED WAITING" {
				t.Errorf("it is %s, want RELEASED WAITING", got)
			}
		})
	}
}

// A key that its passphrase unlocks is taken, from the environment and from a file.
func TestLockedKey(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, a *delivery.Address){
		"environment": func(_ *testing.T, a *delivery.Address) { a.KeyPassphraseEnv = "KEY" },
		"file": func(t *testing.T, a *delivery.Address) {
			a.KeyPassphraseFile = filepath.Join(t.TempDir(), "passphrase")
			if err := os.WriteFile(a.KeyPassphraseFile, []byte(sshtest.Passphrase+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 100, nil)
			o.goesTo(o.address(func(a *delivery.Address) { a.Key = o.server.LockedKey; change(t, a) }))
			o.delivered("SENT", plainName)
		})
	}
}

// Two processes that deliver the same file at once bring it there once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1<<20, nil)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := o.Deliver(t.Context(), 1); err != nil && !errors.Is(err, delivery.ErrBusy) {
				t.Error(err)
			}
		})
	}
	both.Wait()
	o.delivered("SENT", plainName)
}

// A file is not sent unless it is released, is the one that was made, and is the next one of its destination.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(t *testing.T, o *office)
		is      error
	}{
		"not released": {func(_ *testing.T, o *office) { o.exec(`UPDATE bureau_file SET state = 'GENERATED'`) }, bureau.ErrState},
		"sent by hand": {func(_ *testing.T, o *office) { o.exec(`UPDATE bureau_file SET state = 'TRANSMITTED'`) }, bureau.ErrState},
		"changed": {func(t *testing.T, o *office) {
			if err := os.Truncate(o.path(1), 10); err != nil {
				t.Fatal(err)
			}
		}, bureau.ErrFileDiffers},
		"no destination": {func(_ *testing.T, o *office) { o.Destinations = nil }, delivery.ErrNoDestination},
		"another program's destination": {func(_ *testing.T, o *office) {
			o.Destinations["SOUTH/bureaus"] = o.Destinations["bureaus"]
			delete(o.Destinations, "bureaus")
		}, delivery.ErrNoDestination},
		"no file": {func(_ *testing.T, o *office) { o.exec(`DELETE FROM bureau_file`) }, bureau.ErrNoFile},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 100, nil)
			c.prepare(t, o)
			if _, err := o.Deliver(t.Context(), 1); !errors.Is(err, c.is) {
				t.Errorf("got %v, want %v", err, c.is)
			}
			if got := o.server.Connections(); got != 0 || o.outcomes() != "" {
				t.Errorf("%d connections were made, attempts %q", got, o.outcomes())
			}
		})
	}
}

// A later file of a destination does not go before an earlier one.
func TestOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 100, nil)
	o.file(2, 100, "RELEASED", "2026-10-31")
	if _, err := o.Deliver(t.Context(), 2); !errors.Is(err, bureau.ErrOrder) {
		t.Errorf("got %v, want %v", err, bureau.ErrOrder)
	}
	o.delivered("SENT", plainName)
	if result, err := o.Deliver(t.Context(), 2); err != nil || result.State != bureau.Transmitted {
		t.Errorf("after the earlier one: %+v, %v", result, err)
	}
}

// What lies in a folder is for a person to send: the file is not TRANSMITTED and can still be voided. Another address that fails keeps
// nothing from the folder.
func TestFolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1000, nil)
	desk := t.TempDir()
	o.goesTo(map[string]delivery.Address{"bureau": {Folder: desk, Name: "{program}-{as_of}-{generation}-{date}-{file}.txt"}})
	for range 2 {
		result := o.deliver()
		if len(result.Failures) > 0 || !result.ByHand || result.State != bureau.Released {
			t.Fatalf("got %+v", result)
		}
	}
	if got := o.state(1); got != "RELEASED DELIVERED" {
		t.Errorf("it is %s, want RELEASED DELIVERED", got)
	}
	entries, err := os.ReadDir(desk)
	if err != nil || len(entries) != 1 || entries[0].Name() != "NORTH-20260930-1-20260930-1.txt" {
		t.Errorf("in the folder: %v, %v", entries, err)
	}
	if _, err := bureau.Change(t.Context(), o.DB, bureau.Move{File: 1, To: bureau.Voided, Who: "ada", Why: "not sent"}, time.Now()); err != nil {
		t.Errorf("void what nobody sent: %v", err)
	}
}

// A file that one of its addresses has got cannot be voided; the others get it later.
func TestTwoAddresses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1000, nil)
	right := o.Destinations["bureaus"].Addresses["bureau"]
	wrong := right
	wrong.SFTP += "/none"
	o.goesTo(map[string]delivery.Address{"another": wrong, "bureau": right})
	result := o.deliver()
	if len(result.Failures) != 1 || len(result.Receipts) != 1 || result.State != bureau.Released {
		t.Fatalf("got %+v", result)
	}
	if _, err := bureau.Change(t.Context(), o.DB, bureau.Move{File: 1, To: bureau.Voided, Who: "ada", Why: "no"}, time.Now()); !errors.Is(err, bureau.ErrSent) {
		t.Errorf("void what a bureau has: %v, want %v", err, bureau.ErrSent)
	}
	if err := os.Mkdir(filepath.Join(o.server.Dir, "none"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(o.server.Dir, "none"), 0o777); err != nil {
		t.Fatal(err)
	}
	result = o.deliver()
	if len(result.Failures) > 0 || result.State != bureau.Transmitted || o.outcomes() != "FAILED SENT SENT" {
		t.Errorf("got %+v, attempts %s", result, o.outcomes())
	}
}

// Unattended only what is released, automatic and due is delivered: each address once, again no earlier than the pause after it failed
// allows, and what a person is to send not twice.
func TestDue(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1000, nil)
	now := time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { return now }
	due := func(want string) {
		t.Helper()
		told := []string{}
		err := o.Due(t.Context(), func(_ int64, r *delivery.Result, err error) {
			if err != nil {
				t.Error(err)
				return
			}
			told = append(told, string(r.State))
		})
		if got := strings.Join(told, " "); err != nil || got != want {
			t.Errorf("at %s: delivered %q, want %q: %v", now.Format(time.TimeOnly), got, want, err)
		}
	}
	due("") // a person delivers
	right := o.Destinations["bureaus"].Addresses["bureau"]
	wrong := right
	wrong.SFTP += "/none"
	o.goesTo(map[string]delivery.Address{"bureau": wrong})
	o.automatic()
	due("RELEASED")
	due("") // it failed just now
	now = now.Add(4 * time.Second)
	due("")
	now = now.Add(time.Second)
	due("RELEASED")
	now = now.Add(9 * time.Second)
	due("")
	o.goesTo(map[string]delivery.Address{"bureau": right})
	o.automatic()
	now = now.Add(time.Second)
	due("TRANSMITTED")
	due("")
	if got := o.outcomes(); got != "FAILED FAILED SENT" {
		t.Errorf("attempts %s", got)
	}
	o.file(2, 10, "RELEASED", "2026-10-31")
	o.goesTo(map[string]delivery.Address{"desk": {Folder: t.TempDir()}})
	o.automatic()
	due("RELEASED")
	due("")
}

// A file that is taken back leaves no encrypted copy for an address that has not got it; while it is delivered it cannot be taken back.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1000, newKeys(t))
	o.goesTo(o.address(func(a *delivery.Address) { a.KnownHosts = o.server.Key })) // knows no host: it fails when all is encrypted
	if result := o.deliver(); len(result.Failures) != 1 || o.state(1) != "RELEASED WAITING" {
		t.Fatalf("got %+v, %s", result, o.state(1))
	}
	sealed := func() (names []string) {
		entries, err := os.ReadDir(o.Spool)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	own := []string{".1-626172-x", "1-627572656175.pgp"} // what a killed encryption left, and that of the address
	others := []string{"11-627572656175.pgp", "2-1-.pgp"}
	for _, name := range slices.Concat(others, own[:1]) {
		if err := os.WriteFile(filepath.Join(o.Spool, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := sealed(); !cmp.Equal(got, slices.Concat(own, others)) {
		t.Fatalf("in the folder: %v", got)
	}
	m := bureau.Move{File: 1, To: bureau.Voided, Who: "ada", Why: "wrong header", Outgoing: o.Spool}
	busy, err := o.Locks.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if _, err := busy.ExecContext(t.Context(), "SELECT pg_advisory_lock($1)", bureau.DeliveryLock(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := bureau.Change(t.Context(), o.DB, m, time.Now()); !errors.Is(err, bureau.ErrDelivering) || len(sealed()) != 4 {
		t.Errorf("while it is delivered: %v, in the folder %v", err, sealed())
	}
	if _, err := busy.ExecContext(t.Context(), "SELECT pg_advisory_unlock($1)", bureau.DeliveryLock(1)); err != nil {
		t.Fatal(err)
	}
	paths := []string{filepath.Join(o.Spool, own[0]), filepath.Join(o.Spool, own[1])}
	if effect, err := bureau.Preview(t.Context(), o.DB, m, time.Now()); err != nil || !cmp.Equal(effect.Sealed, paths) || len(sealed()) != 4 {
		t.Errorf("preview: %+v, %v, in the folder %v", effect, err, sealed())
	}
	if effect, err := bureau.Change(t.Context(), o.DB, m, time.Now()); err != nil || !cmp.Equal(effect.Sealed, paths) || !cmp.Equal(sealed(), others) {
		t.Errorf("voided: %+v, %v, in the folder %v", effect, err, sealed())
	}
	if _, err := o.Deliver(t.Context(), 1); !errors.Is(err, bureau.ErrState) || !cmp.Equal(sealed(), others) {
		t.Errorf("delivered after that: %v, in the folder %v", err, sealed())
	}
}
