package fanout

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
	"github.com/sirupsen/logrus"
	slogrus "github.com/sirupsen/logrus/hooks/slog"

	"github.com/furnisher/furnisher/batch/database"
)

const (
	// schema holds River's tables.
	schema = "furnisher_river"
	queue  = "furnisher"
)

// job names one chunk of a night, and the program that opened it.
type job struct {
	Run     int64  `json:"run"`
	Step    string `json:"step"`
	Seq     int    `json:"seq"`
	Plan    string `json:"plan"`    // its hash
	Version string `json:"version"` // of the program
}

// Kind is River's name for such jobs.
func (job) Kind() string { return "furnisher_chunk" }

// open opens connections for River, past any pooler: it listens.
func open(ctx context.Context, address string, most int32) (*pgxpool.Pool, error) {
	config, err := parse(address)
	if err != nil {
		return nil, err
	}
	config.MaxConns = most
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", database.ErrUnreachable, err)
	}
	return pool, nil
}

// parse makes of an address what all other connections of the program make of it: without sslmode pgx would fall back
// to plain text, where lib/pq refuses.
func parse(address string) (*pgxpool.Config, error) {
	others, err := pq.NewConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", database.ErrBadURL, err)
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", database.ErrBadURL, err)
	}
	if others.SSLMode == "" || others.SSLMode == pq.SSLModeRequire {
		server := config.ConnConfig
		server.Fallbacks = slices.DeleteFunc(server.Fallbacks, func(f *pgconn.FallbackConfig) bool {
			return f.TLSConfig == nil && !filepath.IsAbs(f.Host)
		})
	}
	return config, nil
}

// logger hands River's log on: of what it tells by the minute only warnings are worth a person's while.
func logger(log *logrus.Logger) *slog.Logger {
	return slog.New(slogrus.NewHandler(log, &slogrus.HandlerOptions{LevelMapper: func(level slog.Level) logrus.Level {
		switch {
		case level >= slog.LevelError:
			return logrus.ErrorLevel
		case level >= slog.LevelWarn:
			return logrus.WarnLevel
		}
		return logrus.DebugLevel
	}}))
}
