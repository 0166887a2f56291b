package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// place is where files go: a folder here, or one on a server.
type place interface {
	// size returns the size of a file, or fs.ErrNotExist.
	size(name string) (int64, error)
	// open reads a file.
	open(name string) (io.ReadCloser, error)
	// put brings a parcel to a name that nothing has, by way of a temporary one. If it fails, there says whether the parcel may
	// have got its name all the same.
	put(ctx context.Context, p parcel, name, temporary string) (there bool, err error)
	// remove removes what an attempt left. It may fail.
	remove(name string)
	// hostKey is the fingerprint of the server's key, empty for a folder.
	hostKey() string
	close()
}

// check compares what was brought somewhere with the parcel that was meant.
func (p parcel) check(brought *sum, there int64) error {
	switch {
	case brought.bytes != p.bytes || brought.sha256() != p.sha256:
		return fmt.Errorf("%s changed while it was sent", p.path)
	case there != p.bytes:
		return fmt.Errorf("%d bytes were sent, but %d are there", p.bytes, there)
	}
	return nil
}

// folder is a place for people who send by hand.
type folder string

func (f folder) in(name string) string { return filepath.Join(string(f), name) }

func (f folder) size(name string) (int64, error) {
	info, err := os.Stat(f.in(name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f folder) open(name string) (io.ReadCloser, error) { return os.Open(f.in(name)) }

func (f folder) put(ctx context.Context, p parcel, name, temporary string) (bool, error) {
	if err := f.write(ctx, p, f.in(temporary)); err != nil {
		return false, errors.Join(err, ignoreMissing(os.Remove(f.in(temporary))))
	}
	// A link never replaces what is there. Where there are none, nobody but us puts files of this name here.
	err := os.Link(f.in(temporary), f.in(name))
	switch {
	case err == nil:
		err = os.Remove(f.in(temporary))
	case !errors.Is(err, fs.ErrExist):
		if _, missing := os.Lstat(f.in(name)); errors.Is(missing, fs.ErrNotExist) {
			err = os.Rename(f.in(temporary), f.in(name))
		}
	}
	if err == nil {
		err = syncFolder(string(f))
	}
	return true, err
}

func (f folder) write(ctx context.Context, p parcel, path string) error {
	from, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	brought := newSum()
	_, err = io.Copy(io.MultiWriter(to, brought), &interruptible{ctx, from})
	if err := errors.Join(err, to.Sync(), to.Close()); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return p.check(brought, info.Size())
}

func (f folder) remove(name string) { _ = os.Remove(f.in(name)) }

func (f folder) hostKey() string { return "" }

func (f folder) close() {}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
