package servicing

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// Sessions keeps the sessions of browsers: of a token its SHA-256 alone.
type Sessions struct {
	DB       *sqlx.DB
	Now      func() time.Time
	Idle     time.Duration // after which a session that nobody uses ends; DefaultIdle if 0
	Lifetime time.Duration // after which every session ends; DefaultLifetime if 0
}

// Defaults of Sessions.
const (
	DefaultIdle     = 15 * time.Minute
	DefaultLifetime = 12 * time.Hour
	// unsigned is how long a session lasts in which nobody has signed in.
	unsigned = 10 * time.Minute
)

// Session is what is kept of one.
type Session struct {
	Data    []byte    `db:"data"`
	Seen    time.Time `db:"seen_at"`
	Created time.Time `db:"created_at"`
	User    string    `db:"name"` // empty: nobody is signed in
	Role    Role      `db:"role"` // as the user has it now
}

// Find finds the session of a token; nil if there is none, if it has ended, or if its user has.
func (s Sessions) Find(ctx context.Context, token string) (*Session, error) {
	var found Session
	err := s.DB.GetContext(ctx, &found, sessionFind, hashOf(token), s.Now())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the session: %w", err)
	}
	return &found, nil
}

// Add begins a session of a user, or of nobody, and removes some that have ended.
func (s Sessions) Add(ctx context.Context, token, user string, data []byte) error {
	err := database.InDurableTx(ctx, s.DB, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, sessionsSweep, s.Now(), sweptAtOnce); err != nil {
			return err
		}
		now := s.Now()
		_, err := tx.ExecContext(ctx, sessionAdd, hashOf(token), sql.NullString{String: user, Valid: user != ""}, data, now, s.end(user, now, now))
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	return nil
}

// Keep notes what a session holds, and that it is used. A session that was ended meanwhile stays so.
func (s Sessions) Keep(ctx context.Context, token string, known *Session, data []byte) error {
	now := s.Now()
	if _, err := s.DB.ExecContext(ctx, sessionKeep, hashOf(token), data, now, s.end(known.User, known.Created, now)); err != nil {
		return fmt.Errorf("keep the session: %w", err)
	}
	return nil
}

// End ends a session.
func (s Sessions) End(ctx context.Context, token string) error {
	err := database.InDurableTx(ctx, s.DB, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, sessionEnd, hashOf(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// end is when a session ends that is used now.
func (s Sessions) end(user string, created, now time.Time) time.Time {
	idle, lifetime := s.Idle, s.Lifetime
	if idle == 0 {
		idle = DefaultIdle
	}
	if lifetime == 0 {
		lifetime = DefaultLifetime
	}
	if user == "" {
		idle, lifetime = unsigned, unsigned
	}
	if last := created.Add(lifetime); last.Before(now.Add(idle)) {
		return last
	}
	return now.Add(idle)
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
