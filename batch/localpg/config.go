package localpg

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"
)

// Config says how the private server runs. The zero value is the server at its default place.
type Config struct {
	// DataDir holds the private server, one folder per major version. Default: /var/lib/furnisher for
	// root, else furnisher below StateHome.
	DataDir string
	// StateHome is $XDG_STATE_HOME. Default: ~/.local/state.
	StateHome string
	// BinDir holds pg_ctl, initdb and postgres. Default: they are searched for.
	BinDir string
	// Log hears when a server is started, healed or stopped. Default: nobody does.
	Log logrus.FieldLogger
	// StartTimeout bounds starting the server, waiting for others included. Default: one minute.
	StartTimeout time.Duration
	// MaxConnections of the private server when this process is the one to start it. Default: 100.
	MaxConnections int
	// NoSync is for tests, whose data may be lost: no fsync, and data of other major versions are ignored.
	NoSync bool

	programDirs []string // where to look for server programs instead of the usual places; for tests
}

// FromEnv reads FURNISHER_DATA, FURNISHER_PG_BIN and XDG_STATE_HOME.
func FromEnv(getenv func(string) string) Config {
	return Config{DataDir: getenv("FURNISHER_DATA"), BinDir: getenv("FURNISHER_PG_BIN"), StateHome: getenv("XDG_STATE_HOME")}
}

// WithDefaults fills what is not set.
func (c Config) WithDefaults() (Config, error) {
	if c.DataDir == "" {
		dir, err := c.defaultDataDir()
		if err != nil {
			return c, err
		}
		c.DataDir = dir
	}
	for _, dir := range []*string{&c.DataDir, &c.BinDir} {
		if *dir == "" {
			continue
		}
		absolute, err := filepath.Abs(*dir)
		if err != nil {
			return c, fmt.Errorf("find folder %q: %w", *dir, err)
		}
		*dir = absolute
	}
	if c.Log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		c.Log = silent
	}
	if c.StartTimeout == 0 {
		c.StartTimeout = time.Minute
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = 100
	}
	return c, c.validate()
}

func (c Config) defaultDataDir() (string, error) {
	if os.Geteuid() == 0 { // never below /root, which the server's account cannot enter
		return "/var/lib/furnisher", nil
	}
	if filepath.IsAbs(c.StateHome) { // the XDG rule: a relative one is ignored
		return filepath.Join(c.StateHome, "furnisher"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for the private database (set FURNISHER_DATA): %w", err)
	}
	return filepath.Join(home, ".local", "state", "furnisher"), nil
}

func (c Config) validate() error {
	if c.StartTimeout < 0 {
		return fmt.Errorf("start timeout %s is negative", c.StartTimeout)
	}
	if c.MaxConnections < 10 || c.MaxConnections > 5000 {
		return fmt.Errorf("max connections %d is not within 10 and 5000", c.MaxConnections)
	}
	return nil
}
