package localpg

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// abandoned reports that a postmaster.pid was left behind by a server of which nothing runs any more:
// its process was never reaped (a container without an init process), or after a restart of the machine
// its number went to another process. PostgreSQL would refuse to start for ever. It is asked of /proc:
// every process of a server has the data folder as its working folder. Where that cannot be read, and
// on systems without /proc, the answer is no.
func abandoned(data string, uid uint32) bool {
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		return false
	}
	sawItself := false
	for _, process := range processes {
		number, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		sawItself = sawItself || number == os.Getpid()
		folder := filepath.Join("/proc", process.Name())
		var stat syscall.Stat_t
		if err := syscall.Stat(folder, &stat); err != nil || stat.Uid != uid || isZombie(folder) {
			continue
		}
		cwd, err := os.Readlink(filepath.Join(folder, "cwd"))
		switch {
		case errors.Is(err, os.ErrNotExist): // it has just ended
		case err != nil:
			return false
		case strings.TrimSuffix(cwd, " (deleted)") == real:
			return false
		}
	}
	return sawItself
}

// isZombie reports a process that has ended and waits for its parent to notice.
func isZombie(folder string) bool {
	stat, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		return false
	}
	_, state, found := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" ")) // "12 (name) Z 1 ..."
	return found && len(state) > 0 && state[0] == 'Z'
}

// removeStaleFiles removes what would stop a new server: the marks of the old one's process number.
func (s *Server) removeStaleFiles(mark string) error {
	s.log().Warn("removing the process file of a server that is gone")
	for _, path := range []string{mark, filepath.Join(s.sockets, socketFile+".lock")} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove a stale file of the server: %w", err)
		}
	}
	return nil
}
