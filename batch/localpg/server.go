package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// stopTimeout bounds stopping the server. Nobody waits for its clients, so it is only the last checkpoint.
const stopTimeout = time.Minute

// Server is this process's share in the private PostgreSQL server.
type Server struct {
	config   Config
	home     string // DataDir/pg<major>
	sockets  string // folder of the socket
	account  account
	programs programs
	users    *fileLock
	start    *fileLock
	joined   bool // users is held
	healed   bool // the server to start had been killed
	close    func() error
}

// Start joins the private server, and starts it first when it does not run: new, stopped, or killed. The
// caller closes the Server when it needs it no more.
//
// It returns ErrNoServerPrograms, ErrOtherVersion or ErrFolderClosed where a person has to act.
func Start(ctx context.Context, c Config) (*Server, error) {
	c, err := c.WithDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.StartTimeout)
	defer cancel()
	found, err := c.findPrograms(ctx)
	if err != nil {
		return nil, err
	}
	s := &Server{config: c, programs: found, home: c.home(found.major)}
	s.close = sync.OnceValue(s.leave)
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("prepare the folder of the private server: %w", err)
	}
	if err := s.join(ctx); err != nil {
		return nil, fmt.Errorf("start the private server in %q: %w", s.home, errors.Join(err, s.Close()))
	}
	return s, nil
}

// URL returns the address of a database of the server.
func (s *Server) URL(database string) string { return socketURL(s.sockets, database) }

// DataDir returns the folder that holds the server: data, log, socket and locks.
func (s *Server) DataDir() string { return s.home }

// Version returns the server's major version.
func (s *Server) Version() int { return s.programs.major }

// ProgramDir returns the folder of the server programs. psql may or may not be among them.
func (s *Server) ProgramDir() string { return s.programs.dir }

// Close ends this process's share. The last user out stops the server.
func (s *Server) Close() error { return s.close() }

// prepare makes the folders and opens the locks.
func (s *Server) prepare() error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o755 // the server's account passes through
	}
	if err := makeFolders(s.config.DataDir, mode); err != nil {
		return err
	}
	var err error
	if s.account, err = serverAccount(s.home); err != nil {
		return err
	}
	if closed := s.account.closedFolder(s.config.DataDir); closed != "" {
		return fmt.Errorf("%w: data in %q: user %s may not enter %q (set FURNISHER_DATA)",
			ErrFolderClosed, s.config.DataDir, s.account.name, closed)
	}
	if err := makeFolders(s.home, 0o700); err != nil {
		return err
	}
	if owner, _ := ownerOf(s.home); owner == 0 {
		if err := s.account.own(s.home); err != nil {
			return err
		}
	}
	if s.sockets, err = socketFolder(s.home, s.account); err != nil {
		return err
	}
	if s.start, err = openLock(filepath.Join(s.home, "start.lock"), s.account); err != nil {
		return err
	}
	if s.users, err = openLock(filepath.Join(s.home, "users.lock"), s.account); err != nil {
		return errors.Join(err, s.start.release())
	}
	return nil
}

// join counts this process as a user, before it looks for the server: from then on nobody stops it.
func (s *Server) join(ctx context.Context) (err error) {
	if err := s.start.alone(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.start.unlock()) }()
	if err := s.users.shared(ctx); err != nil {
		return err
	}
	s.joined = true
	if s.programs, err = s.programs.enterable(s.account, s.home); err != nil {
		return err
	}
	return s.bringUp(ctx)
}

// leave gives up the share in the server, and stops the server if nobody else has one.
func (s *Server) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var err error
	if s.joined {
		err = s.stopIfLast(ctx)
	}
	return errors.Join(err, s.users.release(), s.start.release())
}

func (s *Server) stopIfLast(ctx context.Context) error {
	if err := s.start.alone(ctx); err != nil {
		return err
	}
	// Others hold it shared for their whole life. If it cannot be had our own share is lost, as is meant.
	last, err := s.users.tryAlone()
	if err != nil || !last {
		return err
	}
	return s.stop(ctx)
}

// makeFolders makes a folder and its missing parents. The mode is set once more because a umask of root
// would close them to the server's account; what exists is left as it is.
func makeFolders(path string, mode os.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%q is not a folder", path)
		}
		return nil
	}
	if err := makeFolders(filepath.Dir(path), mode); err != nil {
		return err
	}
	if err := os.Mkdir(path, mode); errors.Is(err, os.ErrExist) {
		return nil // another process was faster
	} else if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}

func (s *Server) log() logrus.FieldLogger {
	return s.config.Log.WithFields(logrus.Fields{"version": s.programs.version, "folder": s.home})
}
