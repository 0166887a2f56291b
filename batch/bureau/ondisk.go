package bureau

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/rules"
)

// onDisk is a file as the database describes it.
type onDisk struct {
	File   int64  `db:"file"`
	State  State  `db:"state"`
	Path   string `db:"path"`
	SHA256 string `db:"sha256"`
	Bytes  int64  `db:"bytes"`

	Destination int64 `db:"destination"`
	Boarded     bool  `db:"boarded"` // a file of the former servicer

	AsOf       rules.Date `db:"as_of"`
	PreviousOn rules.Date `db:"previous_on"`
	CreatedOn  rules.Date `db:"created_on"`

	Calendar rules.Calendar `db:"calendar"` // of its program

	vault book.Vault // opens the records of the file before
}

// asideFolders are where files go that were taken back, each beside the file.
var asideFolders = map[State]string{Voided: "voided", Rejected: "rejected"}

// asideNames bounds how many files of one name a folder for files that were taken back may hold.
const asideNames = 100

// compare returns ErrFileDiffers, with what is wrong, if the file on disk is not the one that was made.
func (f onDisk) compare() error {
	err := f.differs(f.Path)
	if err == nil || !errors.Is(err, ErrFileDiffers) {
		return err
	}
	for _, state := range []State{Voided, Rejected} {
		if moved := f.movedTo(state); moved != "" {
			return fmt.Errorf("%w; it was moved to %s by a command that did not end", err, moved)
		}
	}
	return err
}

// differs compares a path with what the database says: the size first, then the bytes.
func (f onDisk) differs(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s %w", ErrFileDiffers, path, errMissing)
	case err != nil:
		return fmt.Errorf("look at the file: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s is not a file", ErrFileDiffers, path)
	case info.Size() != f.Bytes:
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrFileDiffers, path, info.Size(), f.Bytes)
	}
	hash, err := hashFile(path)
	if err != nil {
		return fmt.Errorf("look at the file: %w", err)
	}
	if hash != f.SHA256 {
		return fmt.Errorf("%w: %s has other bytes (SHA-256 %s, not %s)", ErrFileDiffers, path, hash, f.SHA256)
	}
	return nil
}

// errMissing ends the ErrFileDiffers of a file that is not on the disk.
var errMissing = errors.New("is missing")

func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// moveAside takes the file away from its name, durably, and returns where it is now. It runs before the commit of
// the new state: a process that is killed in between leaves a file that cannot be released, and the same command
// finds the file where it is. A file that is lost has nothing to move. If there are recipients the file is encrypted there.
func (f onDisk) moveAside(to State, archive seal.Recipients) (path string, err error) {
	if _, err := os.Lstat(f.Path); errors.Is(err, fs.ErrNotExist) {
		if moved := f.movedTo(to); moved != "" {
			return f.archive(moved, archive)
		}
		if moved := f.archivedAs(to); moved != "" {
			return moved, f.syncMove(moved)
		}
		return f.Path, nil
	}
	target, err := freeName(f.asideName(to, 1))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := os.Rename(f.Path, target); err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := f.syncMove(target); err != nil {
		return "", err
	}
	return f.archive(target, archive)
}

// movedTo finds the file where an earlier command moved it, "" if it is not there.
func (f onDisk) movedTo(state State) string {
	for n := range asideNames {
		name := f.asideName(state, n+1)
		if _, err := os.Lstat(name); err != nil {
			return ""
		}
		if f.differs(name) == nil {
			return name
		}
	}
	return ""
}

// freeName makes the folder of a name and returns the first of NAME, NAME.2, NAME.3, ... that nothing has, nor that of an archive.
func freeName(first string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(first), 0o700); err != nil {
		return "", err
	}
	for n := range asideNames {
		name := nthName(first, n+1)
		_, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			if _, err = os.Lstat(name + archived); errors.Is(err, fs.ErrNotExist) {
				return name, nil
			}
		}
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("%s and %d more are in the way: move them", first, asideNames-1)
}

// asideName is the n-th name that a file may have in the folder of its state.
func (f onDisk) asideName(state State, n int) string {
	return nthName(filepath.Join(filepath.Dir(f.Path), asideFolders[state], filepath.Base(f.Path)), n)
}

func nthName(first string, n int) string {
	if n > 1 {
		return first + "." + strconv.Itoa(n)
	}
	return first
}

// syncMove makes a move durable: the folder that has the file now, and the one that had it and has that folder.
func (f onDisk) syncMove(to string) error {
	if err := errors.Join(syncDir(filepath.Dir(to)), syncDir(filepath.Dir(f.Path))); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// OnDisk compares the file on the disk with the one that was made. It returns ErrNoFile, or ErrFileDiffers if the file is missing or has
// other bytes.
func OnDisk(ctx context.Context, db *sqlx.DB, file int64) error {
	var f onDisk
	err := db.GetContext(ctx, &f, fileWritten, file)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoFile
	}
	if err != nil {
		return fmt.Errorf("read file %d: %w", file, err)
	}
	return f.differs(f.Path)
}
