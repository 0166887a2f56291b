package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is who the server and its tools run as. PostgreSQL refuses to run as root.
type account struct {
	uid, gid uint32
	name     string
	drop     bool // the caller is root: become the account before running anything
}

// serverAccount is the caller's own account, or if that is root the owner of an existing home of the
// server, else postgres, else nobody.
func serverAccount(home string) (account, error) {
	if euid := os.Geteuid(); euid != 0 {
		return account{uid: uint32(euid), gid: uint32(os.Getegid()), name: strconv.Itoa(euid)}, nil
	}
	if owner, ok := ownerOf(home); ok && owner != 0 {
		found, err := user.LookupId(strconv.FormatUint(uint64(owner), 10))
		if err != nil {
			return account{}, fmt.Errorf("find the owner of %q: %w", home, err)
		}
		return droppedTo(found)
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return droppedTo(found)
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")
}

func droppedTo(u *user.User) (account, error) {
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(errUID, errGID); err != nil {
		return account{}, fmt.Errorf("read the ids of user %q: %w", u.Username, err)
	}
	return account{uid: uint32(uid), gid: uint32(gid), name: u.Username, drop: true}, nil
}

// run runs a tool of PostgreSQL in dir. The caller's folder may be closed to the account, hence dir; a
// Ctrl-C must not reach the server, hence the session; the server inherits the output, on which a pipe
// would wait for ever, hence the file.
func (a account) run(ctx context.Context, dir, program string, args ...string) (string, error) {
	output, err := os.CreateTemp("", "furnisher-pg-*.out")
	if err != nil {
		return "", fmt.Errorf("make a file for the output of %s: %w", filepath.Base(program), err)
	}
	defer output.Close()
	if err := os.Remove(output.Name()); err != nil { // now, so that nothing is left if we are killed
		return "", fmt.Errorf("hide the file for the output of %s: %w", filepath.Base(program), err)
	}

	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Dir(program) + ":/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	runErr := cmd.Run()
	text, err := io.ReadAll(io.NewSectionReader(output, 0, 1<<20))
	if err != nil {
		return "", fmt.Errorf("read the output of %s: %w", filepath.Base(program), err)
	}
	said := strings.TrimSpace(string(text))
	switch {
	case runErr == nil:
		return said, nil
	case a.drop && errors.Is(runErr, syscall.EPERM):
		return said, fmt.Errorf("run %s as user %s: this root may not become another user: %w",
			filepath.Base(program), a.name, runErr)
	case ctx.Err() != nil:
		return said, fmt.Errorf("run %s: %w: %s", filepath.Base(program), ctx.Err(), said)
	}
	return said, fmt.Errorf("run %s: %w: %s", filepath.Base(program), runErr, said)
}

// own gives a path that we made as root to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %q to user %s: %w", path, a.name, err)
	}
	return nil
}

// closedFolder returns the first of dir and its parents that the account may not enter, or "".
func (a account) closedFolder(dir string) string {
	if !a.drop {
		return "" // the caller's own account: the error of the system says it as well
	}
	for {
		info, err := os.Stat(dir)
		if err == nil && !a.mayEnter(info) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func (a account) mayEnter(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch {
	case stat.Uid == a.uid:
		return info.Mode()&0o100 != 0
	case stat.Gid == a.gid:
		return info.Mode()&0o010 != 0
	}
	return info.Mode()&0o001 != 0
}

// ownerOf returns who owns the path itself, not what a link points to.
func ownerOf(path string) (uint32, bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return stat.Uid, true
}
