package main

import (
	"os"
	"sync"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/seal"
)

// liveVault is the vault of a command that goes on for days: its keys are those of the keyset's file as it is now, which furnisher
// keys rotate replaces beside it.
type liveVault struct {
	path string // empty: the keys are not in a file

	mu   sync.Mutex
	file os.FileInfo // that was read last
	keys *seal.Keyset
}

// newLiveVault begins with keys that were read after the settings.
func (a *app) newLiveVault(v book.Vault) (*liveVault, error) {
	l := &liveVault{keys: v.Keys}
	if a.getenv(keysetJSONVariable) != "" || v.Keys == nil {
		return l, nil
	}
	var err error
	l.path, _, err = a.keysetPath()
	return l, err
}

// now is the vault with the keys of now. A file that cannot be read changes nothing: what needs its keys says that they are not the
// book's.
func (l *liveVault) now() book.Vault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path == "" {
		return book.Vault{Keys: l.keys}
	}
	file, err := os.Stat(l.path)
	if err != nil || l.file != nil && os.SameFile(file, l.file) && file.ModTime().Equal(l.file.ModTime()) {
		return book.Vault{Keys: l.keys}
	}
	if keys, err := seal.Read(l.path); err == nil {
		l.keys, l.file = keys, file
	}
	return book.Vault{Keys: l.keys}
}
