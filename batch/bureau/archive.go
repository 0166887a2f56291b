package bureau

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/furnisher/furnisher/batch/seal"
)

// archived is behind the name of a file that is kept encrypted.
const archived = ".age"

// ErrArchived is returned for a file that was voided or rejected and is kept encrypted: nobody here can read it.
var ErrArchived = errors.New("the file is archived, encrypted with age")

// IsArchived reports whether the file at a path is kept encrypted.
func IsArchived(path string) bool { return strings.HasSuffix(path, archived) }

// archive keeps a file that was moved aside: as it is, or encrypted if there are recipients. It returns where it is then. The encrypted
// one is on the disk before the other goes, and a command that was killed in between does it again.
func (f onDisk) archive(path string, to seal.Recipients) (string, error) {
	if to.Len() == 0 {
		return path, f.syncMove(path)
	}
	if err := encrypt(path, path+archived, to); err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := f.syncMove(path + archived); err != nil {
		return "", err
	}
	if err := os.Remove(path); err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return path + archived, f.syncMove(path + archived)
}

// encrypt writes a file encrypted to another name, which it replaces: nothing but an earlier try has it.
func encrypt(path, target string, to seal.Recipients) (err error) {
	if err := removeRemains(path); err != nil {
		return err
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // as removeRemains knows it
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, draft.Close(), os.Remove(draft.Name()))
		}
	}()
	w, err := to.Encrypt(draft)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, from); err != nil {
		return err
	}
	if err := errors.Join(w.Close(), draft.Sync()); err != nil {
		return err
	}
	if err := draft.Close(); err != nil {
		return err
	}
	return os.Rename(draft.Name(), target)
}

// archivedAs finds the file where an earlier command archived it, "" if it is not there. Its name alone tells: it cannot be read.
func (f onDisk) archivedAs(state State) (found string) {
	for n := range asideNames {
		name := f.asideName(state, n+1)
		_, plain := os.Lstat(name)
		_, sealed := os.Lstat(name + archived)
		if sealed == nil {
			found = name + archived
		} else if plain != nil {
			break
		}
	}
	return found
}
