package delivery_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/delivery"
	"github.com/furnisher/furnisher/fixtures/sshtest"
)

// TestTry tries the folders and keys of destinations before anything is sent.
func TestTry(t *testing.T) {
	t.Parallel()
	server, keys, dir := sshtest.New(t), newKeys(t), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sealed := func(a *delivery.Address) {
		a.EncryptTo, a.SignWith, a.SignPassphraseEnv = []string{keys.public}, keys.private, "SIGN"
	}
	for name, c := range map[string]struct {
		folder bool // a folder in place of a server
		change func(a *delivery.Address)
		want   string // what is wrong; empty: nothing
		lacks  string // the folder that cannot be written
	}{
		"a server":                 {change: sealed},
		"a locked key":             {change: func(a *delivery.Address) { a.Key, a.KeyPassphraseEnv = server.LockedKey, "KEY" }},
		"another passphrase":       {change: func(a *delivery.Address) { a.Key, a.KeyPassphraseEnv = server.LockedKey, "WRONG" }, want: "is no private key that can be read"},
		"no key":                   {change: func(a *delivery.Address) { a.Key = filepath.Join(dir, "none") }, want: "read the key: "},
		"no known hosts":           {change: func(a *delivery.Address) { a.KnownHosts = filepath.Join(dir, "none") }, want: "read known_hosts: "},
		"a key that is none":       {change: func(a *delivery.Address) { a.EncryptTo = []string{file} }, want: "is no OpenPGP key"},
		"a signature that is lost": {change: func(a *delivery.Address) { sealed(a); a.SignPassphraseEnv = "WRONG" }, want: "does not unlock"},
		"a folder":                 {folder: true, change: func(a *delivery.Address) { a.Folder = dir }},
		"no folder":                {folder: true, change: func(a *delivery.Address) { a.Folder = file }, want: "cannot be written", lacks: file},
	} {
		t.Run(name, func(t *testing.T) {
			address := delivery.Address{SFTP: server.URL(), KnownHosts: server.KnownHosts, Key: server.Key}
			if c.folder {
				address = delivery.Address{}
			}
			c.change(&address)
			to := map[string]delivery.Destination{"bureaus": {Addresses: map[string]delivery.Address{"bureau": address}}}
			if err := delivery.Check(to, ""); err != nil {
				t.Fatal(err)
			}
			d := &delivery.Deliverer{Destinations: to, Spool: filepath.Join(t.TempDir(), "outgoing"), Now: time.Now, Getenv: environment}
			if err := d.Try(false); err != nil {
				t.Errorf("a destination that is not automatic was tried: %v", err)
			}
			err := d.Try(true)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			at, is := errors.AsType[*delivery.FolderError](err)
			if is != (c.lacks != "") || is && at.Folder != c.lacks {
				t.Errorf("got %v, want the folder %q", err, c.lacks)
			}
			to["bureaus"] = delivery.Destination{Automatic: true, Addresses: to["bureaus"].Addresses}
			if again := d.Try(false); (again == nil) != (err == nil) {
				t.Errorf("of an automatic destination: %v", again)
			}
		})
	}

	// A spool that cannot be written is found, too.
	address := delivery.Address{SFTP: server.URL(), KnownHosts: server.KnownHosts, Key: server.Key}
	sealed(&address)
	to := map[string]delivery.Destination{"bureaus": {Addresses: map[string]delivery.Address{"bureau": address}}}
	if err := delivery.Check(to, ""); err != nil {
		t.Fatal(err)
	}
	d := &delivery.Deliverer{Destinations: to, Spool: file, Now: time.Now, Getenv: environment}
	if at, is := errors.AsType[*delivery.FolderError](d.Try(true)); !is || at.Folder != file {
		t.Errorf("spool: got %v", at)
	}
}
