package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/delivery"
)

// ready tries what a night needs on this machine besides the database, before the night changes anything: the folder of the files, and the
// folders and keys of the destinations that files go to by themselves.
func (a *app) ready(n night) error {
	err := bureau.Files{Dir: n.dir}.Try()
	folder, other := n.dir, otherFiles
	if err == nil {
		err = a.tryDestinations(n.receivers, false)
		if at, is := errors.AsType[*delivery.FolderError](err); is {
			folder, other = at.Folder, otherAddress
		}
	}
	if err == nil {
		return nil
	}
	end := &ending{err: fmt.Errorf("the night cannot begin: %w", err), code: exitUsage}
	if _, full := fullDisk(err); full {
		end.code = exitFailed // the configuration is right
	}
	if errors.Is(err, delivery.ErrSettings) {
		end.hint = "nothing was changed; correct the file of the destinations, or the file that it names; furnisher doctor tries all of them"
	} else {
		end.hint = "nothing was changed; " + hintFolder(err, folder, other) + ", then repeat the command"
	}
	return end
}

// Where else files may go, for hints.
const (
	otherFiles   = "name another with --files or FURNISHER_FILES"
	otherAddress = "name another in the file of the destinations"
)

// hintFolder says what to do about a folder that cannot be written.
func hintFolder(err error, dir, other string) string {
	if _, full := fullDisk(err); full {
		return hintFullDisk(dir) + ", or " + other
	}
	if errors.Is(err, bureau.ErrOpenFolder) {
		return fmt.Sprintf("look what is in it, then chown it to the user of this command and chmod o-rwx %s, or %s", shellWord(dir), other)
	}
	return fmt.Sprintf("make %s a folder that we may write, or %s", dir, other)
}

// tryDestinations tries the folders and keys of the destinations that are automatic, or of all.
func (a *app) tryDestinations(known map[string]delivery.Destination, all bool) error {
	d, err := a.deliverer(&database.Database{}, known)
	if err != nil {
		return err
	}
	return d.Try(all)
}

// fullDisk reports whether a disk, or our share of it, is full, and which file or folder found that; empty if the error does not say.
func fullDisk(err error) (path string, full bool) {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return "", false
	}
	if file, is := errors.AsType[*fs.PathError](err); is {
		return file.Path, true
	}
	if link, is := errors.AsType[*os.LinkError](err); is {
		return link.New, true
	}
	return "", true
}

// hintFullDisk says which disk is full: that of a path, which is empty if nobody knows.
func hintFullDisk(path string) string {
	if path == "" {
		return "make room on the disk"
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return fmt.Sprintf("make room on the disk of %s%s", path, mounted(path))
}

// mounted says where the disk of a path is mounted; empty if that is not known.
func mounted(path string) string {
	at := mountPoint(path)
	if at == "" {
		return ""
	}
	if free, err := freeBytes(at); err == nil {
		return fmt.Sprintf(" (mounted on %s, %s free)", at, megabytes(free))
	}
	return fmt.Sprintf(" (mounted on %s)", at)
}
