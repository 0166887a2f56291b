package delivery

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Settings that cannot work are refused, with what is wrong; the error never holds a password.
func TestCheck(t *testing.T) {
	const template = "{program}-{as_of}-{generation}"
	server := Address{SFTP: "sftp://lender@bureau.example/in", KnownHosts: "known", Key: "key"}
	with := func(a Address, change func(*Address)) Address { change(&a); return a }
	for name, c := range map[string]struct {
		address Address
		want    string // empty: it works
	}{
		"a server":               {server, ""},
		"a folder":               {Address{Folder: "desk"}, ""},
		"nothing":                {Address{}, "give either sftp or folder"},
		"both":                   {with(server, func(a *Address) { a.Folder = "desk" }), "give either sftp or folder"},
		"no known hosts":         {with(server, func(a *Address) { a.KnownHosts = "" }), "known_hosts is missing"},
		"no key":                 {with(server, func(a *Address) { a.Key = "" }), "key is missing"},
		"a key for a folder":     {Address{Folder: "desk", Key: "key"}, "belong to sftp"},
		"two passphrases":        {with(server, func(a *Address) { a.KeyPassphraseFile, a.KeyPassphraseEnv = "a", "b" }), "not both"},
		"a signature alone":      {with(server, func(a *Address) { a.SignWith = "key" }), "sign_with needs encrypt_to"},
		"a passphrase of no key": {with(server, func(a *Address) { a.SignPassphraseEnv = "A" }), "sign_with is missing"},
		"a password":             {with(server, func(a *Address) { a.SFTP = "sftp://lender:SECRET@bureau.example/in" }), "sftp has a password"},
		"a broken password":      {with(server, func(a *Address) { a.SFTP = "sftp://lender:SEC%RET@bureau.example/in" }), "is not an address"},
		"no user":                {with(server, func(a *Address) { a.SFTP = "sftp://bureau.example/in" }), "names no user"},
		"no host":                {with(server, func(a *Address) { a.SFTP = "sftp:///in" }), "is not an address"},
		"another protocol":       {with(server, func(a *Address) { a.SFTP = "ftp://lender@bureau.example/in" }), "is not an address"},
		"a good name":            {Address{Folder: "desk", Name: template}, ""},
		"one name for two files": {Address{Folder: "desk", Name: "{program}-{as_of}"}, "two files could have the same name"},
		"a name with a folder":   {Address{Folder: "desk", Name: "../{file}"}, "only letters, digits"},
		"an unknown word":        {Address{Folder: "desk", Name: "{files}"}, "{files} is not one of {address} {as_of} {date} {destination} {file} {generation} {name} {program}"},
		"an open brace":          {Address{Folder: "desk", Name: "{file"}, "is not one of"},
	} {
		err := Check(map[string]Destination{"bureaus": {Addresses: map[string]Address{"a": c.address}}}, "/etc/furnisher")
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		case err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "SEC%")):
			t.Errorf("%s: the error holds the password: %v", name, err)
		}
	}
	if err := Check(map[string]Destination{"bureaus": {}}, ""); !errors.Is(err, ErrSettings) {
		t.Errorf("a destination without an address: %v", err)
	}
	if err := Check(map[string]Destination{"bureaus": {Addresses: map[string]Address{"a": {Folder: "d"}, "b": {Folder: "./d"}}}}, "/"); !errors.Is(err, ErrSettings) {
		t.Errorf("two addresses that are one place: %v", err)
	}
}

// Two destinations of one program do not write files of one name to one place.
func TestCheckKeepsDestinationsApart(t *testing.T) {
	const plain, told = "{program}-{as_of}-{generation}.txt", "{program}-{destination}-{as_of}-{generation}.txt"
	to := func(name string) Destination {
		return Destination{Addresses: map[string]Address{"desk": {Folder: "desk", Name: name}}}
	}
	for _, c := range []struct {
		one, other, name string
		clash            bool
	}{
		{"bureaus", "innovis", plain, true},
		{"NORTH/bureaus", "NORTH/innovis", plain, true},
		{"NORTH/bureaus", "innovis", plain, true},
		{"NORTH/bureaus", "SOUTH/innovis", plain, false},
		{"NORTH/bureaus", "bureaus", plain, false},
		{"bureaus", "innovis", told, false},
		{"bureaus", "innovis", "{name}", false},
	} {
		err := Check(map[string]Destination{c.one: to(c.name), c.other: to(c.name)}, "/etc/furnisher")
		if clash := errors.Is(err, ErrSettings) && strings.Contains(err.Error(), "add {destination}"); clash != c.clash || err != nil && !clash {
			t.Errorf("%s and %s, both %s: %v", c.one, c.other, c.name, err)
		}
	}
}

// Check completes what is left out, and makes paths absolute.
func TestCheckCompletes(t *testing.T) {
	destinations := map[string]Destination{"bureaus": {Addresses: map[string]Address{
		"a": {SFTP: "sftp://lender@bureau.example/in/", KnownHosts: "known", Key: "/etc/key", EncryptTo: []string{"bureau.asc"}},
	}}}
	if err := Check(destinations, "/base"); err != nil {
		t.Fatal(err)
	}
	a := destinations["bureaus"].Addresses["a"]
	if got := a.place(); got != "sftp://lender@bureau.example:22/in" {
		t.Errorf("place %s", got)
	}
	if a.KnownHosts != filepath.FromSlash("/base/known") || a.Key != "/etc/key" || a.EncryptTo[0] != filepath.FromSlash("/base/bureau.asc") {
		t.Errorf("paths %q %q %q", a.KnownHosts, a.Key, a.EncryptTo)
	}
	asOf := rules.NewDate(2026, 9, 30)
	f := &file{File: 3, Program: "N/W", Destination: "bureaus", AsOf: asOf, CreatedOn: asOf + 1, Generation: 2, Name: "m.txt"}
	if got := a.naming.of(f, "a"); got != "m.txt.pgp" {
		t.Errorf("name %s", got)
	}
	var n naming
	if err := n.parse("{program}_{destination}_{address}_{as_of}_{date}_{generation}_{file}"); err != nil {
		t.Fatal(err)
	}
	if got, want := n.of(f, "a b"), "N-W_bureaus_a-b_20260930_20261001_2_3"; got != want {
		t.Errorf("name %s, want %s", got, want)
	}
}

// The pauses between attempts grow from 5 seconds to an hour.
func TestPause(t *testing.T) {
	for n, want := range map[int]string{1: "5s", 2: "10s", 5: "1m20s", 10: "42m40s", 11: "1h0m0s", 1000: "1h0m0s"} {
		if got := pause(n).String(); got != want {
			t.Errorf("after attempt %d: %s, want %s", n, got, want)
		}
	}
}
