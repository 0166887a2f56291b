package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// fileLock is an advisory lock on a file (flock). It belongs to this opening of the file: two in one
// process exclude each other like two in two processes, and the kernel drops it when the process ends,
// however it ends.
type fileLock struct{ file *os.File }

func openLock(path string, a account) (*fileLock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if a.drop { // the account itself may run the program one day
		if err := file.Chown(int(a.uid), int(a.gid)); err != nil {
			return nil, errors.Join(fmt.Errorf("open lock: %w", err), file.Close())
		}
	}
	return &fileLock{file}, nil
}

// alone takes the lock for its holder only, and waits until it has it.
func (l *fileLock) alone(ctx context.Context) error { return l.wait(ctx, syscall.LOCK_EX) }

// shared takes the lock beside others that take it shared.
func (l *fileLock) shared(ctx context.Context) error { return l.wait(ctx, syscall.LOCK_SH) }

// wait asks again and again, because a blocked flock cannot be cancelled.
func (l *fileLock) wait(ctx context.Context, how int) error {
	for {
		got, err := l.try(how)
		if got || err != nil {
			return err
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("wait for lock %s: %w", filepath.Base(l.file.Name()), err)
		}
	}
}

func (l *fileLock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %q: %w", l.file.Name(), err)
		}
	}
}

// tryAlone takes the lock for its holder only if that can be had at once.
func (l *fileLock) tryAlone() (bool, error) { return l.try(syscall.LOCK_EX) }

// unlock drops the lock and keeps its file for the next time.
func (l *fileLock) unlock() error { return syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) }

// release drops the lock and closes its file. The closing alone would leave the lock to a child process
// that is just being forked, until it executes its program.
func (l *fileLock) release() error {
	return errors.Join(l.unlock(), l.file.Close())
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
