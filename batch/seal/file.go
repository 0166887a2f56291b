package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxFile bounds a keyset file: a key takes some 300 bytes.
const maxFile = 1 << 20

// Read reads a keyset file. It refuses one that others than its owner can read or write.
//
// Errors to branch on: ErrNoKeyset for a file that is not there, ErrExposed, ErrKeyset.
func Read(path string) (k *Keyset, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q does not exist", ErrNoKeyset, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" { // whose files have no such mode
		return nil, fmt.Errorf("%w: %q has mode %04o", ErrExposed, path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	return Parse(text)
}

// Create writes a keyset to a new file that only its owner can read. It never replaces a file.
func (k *Keyset) Create(path string) error {
	return k.write(path, func(draft string) error { return os.Link(draft, path) })
}

// Replace writes a keyset to its file: whoever reads the file finds the old keyset or the new one.
func (k *Keyset) Replace(path string) error {
	return k.write(path, func(draft string) error { return os.Rename(draft, path) })
}

// write writes the keyset beside its file, to be on the disk before it has its name.
func (k *Keyset) write(path string, name func(draft string) error) (err error) {
	text, err := k.Text()
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // of mode 0600
	if err != nil {
		return fmt.Errorf("write the keyset: %w", err)
	}
	defer func() {
		if removed := os.Remove(draft.Name()); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}()
	_, err = draft.Write(text)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = name(draft.Name())
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write the keyset: %w", err)
	}
	return nil
}

// syncFolder makes sure that a name in a folder is still there after a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
