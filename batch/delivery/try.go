package delivery

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/furnisher/furnisher/batch/bureau"
)

// FolderError is the error of a folder in which a delivery could not write.
type FolderError struct {
	Folder string
	Err    error
}

func (e *FolderError) Error() string {
	return fmt.Sprintf("the folder %s cannot be written: %v", e.Folder, e.Err)
}

// Unwrap returns why.
func (e *FolderError) Unwrap() error { return e.Err }

// Try tries what deliveries need on this machine: the folders, and the keys with their passphrases. It reaches no server. It looks at the
// destinations that are automatic, or at all, and returns everything that is wrong: ErrSettings, and FolderErrors.
func (d *Deliverer) Try(all bool) error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(d.Destinations)) {
		destination := d.Destinations[name]
		if !destination.Automatic && !all {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(destination.Addresses)) {
			address := destination.Addresses[key]
			if err := d.tryAddress(&address); err != nil {
				wrong = append(wrong, fmt.Errorf("destination %q, address %q: %w", name, key, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func (d *Deliverer) tryAddress(a *Address) (err error) {
	if a.byHand() {
		err = tryFolder(a.Folder)
	} else {
		_, _, err = d.credentials(a)
	}
	if err != nil || !a.sealed() {
		return err
	}
	handle, err := d.encryption(a)
	if err != nil {
		return err
	}
	handle.ClearPrivateParams()
	if err := os.MkdirAll(d.Spool, 0o700); err != nil {
		return &FolderError{d.Spool, err}
	}
	return tryFolder(d.Spool)
}

func tryFolder(dir string) error {
	if err := bureau.TryFolder(dir); err != nil {
		return &FolderError{dir, err}
	}
	return nil
}
