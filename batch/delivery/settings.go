package delivery

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ErrSettings is returned for a destination that is not configured as it must be.
var ErrSettings = errors.New("the destination is not configured right")

// Destination is how files of a destination leave the house: a table [destination.NAME] of the configuration. NAME is the
// name of the destination in the ledger, or PROGRAM/NAME for that of one program.
type Destination struct {
	Automatic bool               `toml:"automatic"` // released files are delivered by the scheduler and the workers
	Addresses map[string]Address `toml:"address"`
}

// Address is where a file goes: a table [destination.NAME.address.ADDRESS]. It has either SFTP or Folder.
type Address struct {
	SFTP              string   `toml:"sftp"`                // sftp://USER@HOST[:PORT]/FOLDER
	KnownHosts        string   `toml:"known_hosts"`         // file
	Key               string   `toml:"key"`                 // file of the private key of USER
	KeyPassphraseFile string   `toml:"key_passphrase_file"` // its first line unlocks the key
	KeyPassphraseEnv  string   `toml:"key_passphrase_env"`  // or a variable of the environment does
	Folder            string   `toml:"folder"`              // a person sends from there
	EncryptTo         []string `toml:"encrypt_to"`          // files of OpenPGP public keys
	SignWith          string   `toml:"sign_with"`           // file of an OpenPGP private key
	SignPassphrase    string   `toml:"sign_passphrase_file"`
	SignPassphraseEnv string   `toml:"sign_passphrase_env"`
	Name              string   `toml:"name"` // of the file there, a template; default {name}, or {name}.pgp if it is encrypted

	url    *url.URL
	naming naming
}

// Check completes the settings of the destinations and refuses what cannot work, with ErrSettings and where it is. Paths that are
// not absolute are below base.
func Check(destinations map[string]Destination, base string) error {
	for _, name := range slices.Sorted(maps.Keys(destinations)) {
		d := destinations[name]
		if len(d.Addresses) == 0 {
			return fmt.Errorf("%w: destination %q has no address: add a table [destination.%s.address.NAME]", ErrSettings, name, name)
		}
		ends := map[string]string{}
		for _, key := range slices.Sorted(maps.Keys(d.Addresses)) {
			address := d.Addresses[key]
			if err := address.check(base); err != nil {
				return fmt.Errorf("%w: destination %q, address %q: %w", ErrSettings, name, key, err)
			}
			end := address.place() + "/" + address.Name
			if other := ends[end]; other != "" {
				return fmt.Errorf("%w: destination %q: addresses %q and %q are the same place and name", ErrSettings, name, other, key)
			}
			ends[end] = key
			d.Addresses[key] = address
		}
	}
	return checkApart(destinations)
}

// checkApart refuses two destinations of a program whose files could have the same name at the same place.
func checkApart(destinations map[string]Destination) error {
	type end struct{ settings, address, program, destination string }
	ends := map[string][]end{}
	for _, settings := range slices.Sorted(maps.Keys(destinations)) {
		program, name, own := strings.Cut(settings, "/")
		if !own {
			program, name = "", settings
		}
		for _, key := range slices.Sorted(maps.Keys(destinations[settings].Addresses)) {
			a := destinations[settings].Addresses[key]
			if strings.Contains(a.Name, "{destination}") || strings.Contains(a.Name, "{file}") || strings.Contains(a.Name, "{name}") {
				continue
			}
			place := a.place() + "/" + strings.ReplaceAll(a.Name, "{address}", key)
			for _, o := range ends[place] {
				if o.destination != name && (o.program == program || o.program == "" || program == "") {
					return fmt.Errorf("%w: destination %q, address %q, and destination %q, address %q, are one place where two files could have the same name; add {destination}",
						ErrSettings, o.settings, o.address, settings, key)
				}
			}
			ends[place] = append(ends[place], end{settings, key, program, name})
		}
	}
	return nil
}

func (a *Address) check(base string) error {
	switch {
	case (a.SFTP == "") == (a.Folder == ""):
		return errors.New("give either sftp or folder")
	case a.SFTP == "" && (a.KnownHosts != "" || a.Key != "" || a.KeyPassphraseFile != "" || a.KeyPassphraseEnv != ""):
		return errors.New("known_hosts and key belong to sftp")
	case a.SFTP != "" && a.KnownHosts == "":
		return errors.New("known_hosts is missing: the file with the server's host key")
	case a.SFTP != "" && a.Key == "":
		return errors.New("key is missing: the file of the private key")
	case a.KeyPassphraseFile != "" && a.KeyPassphraseEnv != "" || a.SignPassphrase != "" && a.SignPassphraseEnv != "":
		return errors.New("give a passphrase by file or by environment, not both")
	case a.SignWith == "" && (a.SignPassphrase != "" || a.SignPassphraseEnv != ""):
		return errors.New("sign_with is missing")
	case a.SignWith != "" && len(a.EncryptTo) == 0:
		return errors.New("sign_with needs encrypt_to: what is signed is encrypted")
	}
	if err := a.checkURL(); err != nil {
		return err
	}
	for _, file := range []*string{&a.KnownHosts, &a.Key, &a.KeyPassphraseFile, &a.Folder, &a.SignWith, &a.SignPassphrase} {
		*file = below(base, *file)
	}
	for i := range a.EncryptTo {
		a.EncryptTo[i] = below(base, a.EncryptTo[i])
	}
	if a.Name == "" {
		a.Name = "{name}"
		if a.sealed() {
			a.Name = "{name}.pgp"
		}
	}
	return a.naming.parse(a.Name)
}

// checkURL never tells of the address what it could not take apart: somebody may have written a password into it.
func (a *Address) checkURL() error {
	if a.SFTP == "" {
		return nil
	}
	u, err := url.Parse(a.SFTP)
	if err != nil || u.Scheme != "sftp" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("sftp is not an address as sftp://USER@HOST:22/FOLDER")
	}
	if _, has := u.User.Password(); has {
		return errors.New("sftp has a password: only a key is taken")
	}
	if u.User.Username() == "" {
		return errors.New("sftp names no user: sftp://USER@HOST:22/FOLDER")
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "22")
	}
	u.Path = path.Clean("/" + u.Path)
	a.url = u
	return nil
}

func (a *Address) sealed() bool { return len(a.EncryptTo) > 0 }

// byHand reports whether a person sends the file from the address.
func (a *Address) byHand() bool { return a.Folder != "" }

// place is the address as the ledger notes it.
func (a *Address) place() string {
	if a.byHand() {
		return a.Folder
	}
	return a.url.String()
}

func below(base, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(base, file)
}

// Of returns the settings of a program's destination: its own, else those for all programs.
func Of(destinations map[string]Destination, program, name string) (Destination, bool) {
	if d, ok := destinations[program+"/"+name]; ok {
		return d, true
	}
	d, ok := destinations[name]
	return d, ok
}

// naming is a template of names: texts and, between braces, what a file is known by.
type naming []part

type part struct {
	text  string
	value func(f *file, address string) string // nil: text
}

// values are what a template may hold between braces.
var values = map[string]func(f *file, address string) string{
	"program":     func(f *file, _ string) string { return f.Program },
	"destination": func(f *file, _ string) string { return f.Destination },
	"address":     func(_ *file, address string) string { return address },
	"as_of":       func(f *file, _ string) string { return fmt.Sprintf("%08d", f.AsOf.YMD()) },
	"date":        func(f *file, _ string) string { return fmt.Sprintf("%08d", f.CreatedOn.YMD()) },
	"generation":  func(f *file, _ string) string { return fmt.Sprint(f.Generation) },
	"file":        func(f *file, _ string) string { return fmt.Sprint(f.File) },
	"name":        func(f *file, _ string) string { return f.Name },
}

// parse reads a template. It refuses one that could give two files the same name.
func (n *naming) parse(template string) error {
	*n = nil
	has := map[string]bool{}
	for rest := template; rest != ""; {
		text, after, found := strings.Cut(rest, "{")
		if strings.IndexFunc(text, odd) >= 0 {
			return fmt.Errorf("name %q: only letters, digits, . _ and - are safe beside {...}", template)
		}
		*n = append(*n, part{text: text})
		if !found {
			break
		}
		key, behind, closed := strings.Cut(after, "}")
		value := values[key]
		if !closed || value == nil {
			return fmt.Errorf("name %q: {%s} is not one of {%s}", template, key, strings.Join(slices.Sorted(maps.Keys(values)), "} {"))
		}
		has[key] = true
		*n = append(*n, part{value: value})
		rest = behind
	}
	if !has["file"] && !has["name"] && !(has["program"] && has["as_of"] && has["generation"]) {
		return fmt.Errorf("name %q: two files could have the same name; add {file}, {name}, or {program} with {as_of} and {generation}", template)
	}
	return nil
}

// of is the name of a file at an address. Signs that no server need take are replaced.
func (n naming) of(f *file, address string) string {
	var name strings.Builder
	for _, p := range n {
		if p.value == nil {
			name.WriteString(p.text)
			continue
		}
		name.WriteString(strings.Map(func(r rune) rune {
			if odd(r) {
				return '-'
			}
			return r
		}, p.value(f, address)))
	}
	return name.String()
}

// odd reports whether a sign is not safe in the name of a file.
func odd(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '.' || r == '_' || r == '-')
}
