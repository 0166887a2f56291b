package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// health is what asking the server gave.
type health int

const (
	down       health = iota // nobody answers
	busy                     // starting, recovering or stopping
	up                       // answers, and has the program's database
	unfinished               // answers, but its database was not made yet
)

// bringUp makes the server answer. The caller holds start.lock. A connection is asked, not pg_ctl status,
// which calls a killed server alive as long as nobody has reaped its process.
func (s *Server) bringUp(ctx context.Context) error {
	for {
		state, err := s.ask(ctx)
		if err != nil {
			return err
		}
		switch state {
		case up:
			return nil
		case unfinished:
			err = s.makeDatabase(ctx)
		case busy:
			err = pause(ctx, 20*time.Millisecond)
		case down:
			err = s.launch(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// ask makes a connection and looks for the program's database.
func (s *Server) ask(ctx context.Context) (health, error) {
	db, err := s.open("postgres")
	if err != nil {
		return down, err
	}
	defer db.Close()
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var finished bool
	err = db.QueryRowContext(asking, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'furnisher')").Scan(&finished)
	switch {
	case err == nil && finished:
		return up, nil
	case err == nil:
		return unfinished, nil
	case ctx.Err() != nil:
		return down, fmt.Errorf("ask the server: %w", ctx.Err())
	case asking.Err() != nil, pq.As(err, pqerror.CannotConnectNow, pqerror.AdminShutdown,
		pqerror.CrashShutdown, pqerror.TooManyConnections) != nil:
		return busy, nil
	case pq.As(err) != nil:
		return down, fmt.Errorf("ask the server: %w", err)
	}
	return down, nil
}

// makeDatabase makes the program's database. The order matters: its presence says that all is done.
func (s *Server) makeDatabase(ctx context.Context) error {
	db, err := s.open("postgres")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range []string{
		"ALTER ROLE furnisher SET search_path = furnisher", // for psql; the program's connections ask for it
		"CREATE DATABASE furnisher",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make the program's database: %w", err)
		}
	}
	return nil
}

// launch tries to start the server; whether it did is asked again. After a kill -9 the remains of the old
// one (an unreaped process, backends that have not noticed) stop the new one for a moment. PostgreSQL
// knows them by the postmaster.pid that was left behind, so a failed start that leaves one is no error.
func (s *Server) launch(ctx context.Context) error {
	data := filepath.Join(s.home, "data")
	if !exists(filepath.Join(data, "PG_VERSION")) {
		if err := s.initialize(ctx, data); err != nil {
			return err
		}
	}
	logStart, err := s.rotateLog()
	if err != nil {
		return err
	}
	mark := filepath.Join(data, "postmaster.pid")
	s.healed = s.healed || exists(mark)
	_, err = s.account.run(ctx, s.home, s.programs.path("pg_ctl"), s.startArguments()...)
	if err == nil {
		s.log().WithField("after_crash", s.healed).Info("started the private PostgreSQL server")
		return nil
	}
	if exists(mark) && ctx.Err() == nil {
		if abandoned(data, s.account.uid) {
			return s.removeStaleFiles(mark)
		}
		if pause(ctx, 200*time.Millisecond) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w\n%s", err, s.logSince(logStart))
}

func (s *Server) startArguments() []string {
	wait := strconv.Itoa(int(s.config.StartTimeout.Seconds()) + 1)
	// All paths are relative to home: pg_ctl hands them to a shell, half quoted.
	return []string{"start", "-w", "-s", "-t", wait, "-D", "data", "-l", "server.log", "-o", strings.Join(s.settings(), " ")}
}

// settings of the server, as its command line has them: the program that starts it decides, whatever
// older one made the data.
func (s *Server) settings() []string {
	settings := []string{
		"listen_addresses=''",
		"port=" + socketPort,
		"unix_socket_directories='" + s.socketSetting() + "'",
		"unix_socket_permissions=0700",
		"max_connections=" + strconv.Itoa(s.config.MaxConnections),
		// Nobody replicates from it, and a night that lost its last moments resumes. fsync=off would
		// gain nothing measurable on top.
		"synchronous_commit=off",
		"wal_level=minimal",
		"max_wal_senders=0",
		"max_wal_size=4GB",
		"checkpoint_timeout=15min",
		"shared_buffers=" + sharedBuffers(machineMemory()),
		"maintenance_work_mem=256MB",
		// Parallel queries share memory from here first: a container's /dev/shm has but 64 MB. Untouched
		// it costs nothing.
		"min_dynamic_shared_memory=256MB",
		// The context of a failed COPY would be a customer's row, and no personal value may stand in a log.
		"log_error_verbosity=terse",
		// A chunk's facts are sorted and grouped in memory, and no statement runs long enough to be worth
		// compiling.
		"work_mem=32MB",
		"jit=off",
		"timezone=UTC",
		"log_timezone=UTC",
	}
	if s.config.NoSync {
		settings = append(settings, "fsync=off", "full_page_writes=off")
	}
	for i := range settings {
		settings[i] = "-c " + settings[i]
	}
	return settings
}

// initialize makes the data folder beside its place and renames it when it is whole. An initdb that
// outlived its killed parent may still be writing, hence a new name each time.
func (s *Server) initialize(ctx context.Context, data string) error {
	if exists(data) {
		return fmt.Errorf("%q is there but holds no database: move it away", data)
	}
	remains, err := withPrefix(s.home, "data.new")
	if err != nil {
		return fmt.Errorf("look for the remains of a killed initdb: %w", err)
	}
	for _, stale := range remains {
		if err := os.RemoveAll(stale); err != nil {
			s.log().WithError(err).Warn("could not remove the remains of a killed initdb")
		}
	}
	half, err := os.MkdirTemp(s.home, "data.new-")
	if err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := s.account.own(half); err != nil {
		return err
	}
	// Locale C sorts alike everywhere, and trust is safe behind a socket in a 0700 folder.
	arguments := []string{
		"-D", filepath.Base(half), "-U", "furnisher", "--auth-local=trust", "--auth-host=reject",
		"--encoding=UTF8", "--locale=C", "--data-checksums",
	}
	if s.config.NoSync {
		arguments = append(arguments, "--no-sync")
	}
	if _, err := s.account.run(ctx, s.home, s.programs.path("initdb"), arguments...); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	if err := os.Rename(half, data); err != nil {
		return fmt.Errorf("put the data folder in its place: %w", err)
	}
	return syncFolder(s.home)
}

// stop stops the server, and is content if it does not run.
func (s *Server) stop(ctx context.Context) error {
	if !exists(filepath.Join(s.home, "data", "postmaster.pid")) {
		return nil
	}
	_, err := s.account.run(ctx, s.home, s.programs.path("pg_ctl"), "stop", "-w", "-s", "-m", "fast", "-D", "data")
	if err == nil {
		s.log().Info("stopped the private PostgreSQL server")
		return nil
	}
	if state, askErr := s.ask(ctx); askErr == nil && state == down {
		return nil // it was killed before
	}
	return fmt.Errorf("stop the private server: %w", err)
}

// rotateLog keeps the server's log from growing for ever, and returns where its next line will be.
func (s *Server) rotateLog() (int64, error) {
	const limit = 16 << 20
	log := filepath.Join(s.home, "server.log")
	info, err := os.Stat(log)
	if err != nil {
		return 0, nil // no log yet
	}
	if info.Size() < limit {
		return info.Size(), nil
	}
	if err := os.Rename(log, log+".1"); err != nil {
		return 0, fmt.Errorf("rotate the server's log: %w", err)
	}
	return 0, nil
}

// logSince returns the end of what the server logged since the given place.
func (s *Server) logSince(start int64) string {
	const most = 2000
	file, err := os.Open(filepath.Join(s.home, "server.log"))
	if err != nil {
		return "the server logged nothing"
	}
	defer file.Close()
	text, err := io.ReadAll(io.NewSectionReader(file, start, 1<<20))
	if err != nil {
		return "the server's log cannot be read: " + err.Error()
	}
	return "server.log: " + strings.TrimSpace(string(text[max(0, len(text)-most):]))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
