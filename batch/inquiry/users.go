package inquiry

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// User is somebody who signs in to the console. Neither password nor device is told.
type User struct {
	Name        string     `json:"name" db:"name"`
	Role        string     `json:"role" db:"role"`
	Provided    bool       `json:"provided" db:"provided"` // a provider signs the user in, not a password
	CreatedBy   string     `json:"created_by" db:"created_by"`
	CreatedAt   time.Time  `json:"created_at" db:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at" db:"expires_at"`
	EndedBy     *string    `json:"ended_by" db:"ended_by"`
	EndedAt     *time.Time `json:"ended_at" db:"ended_at"`
	LockedUntil *time.Time `json:"locked_until" db:"locked_until"`
}

// States of a user.
const (
	UserLive    = "live"
	UserLocked  = "locked"
	UserExpired = "expired"
	UserEnded   = "ended"
)

// State is the state of a user at a time.
func (u *User) State(now time.Time) string {
	switch {
	case u.EndedAt != nil:
		return UserEnded
	case u.ExpiresAt != nil && !now.Before(*u.ExpiresAt):
		return UserExpired
	case u.LockedUntil != nil && now.Before(*u.LockedUntil):
		return UserLocked
	}
	return UserLive
}

// Users lists the users of the console by name. The key is the user's name.
func Users(ctx context.Context, db *sqlx.DB, p Page) (List[User], error) {
	l, err := list(ctx, db, p, func(u *User) string { return u.Name }, inquiryUsers, p.After)
	if err != nil {
		return l, fmt.Errorf("read the users: %w", err)
	}
	return l, nil
}

// AnyUser reports whether the console has a user at all.
func AnyUser(ctx context.Context, db *sqlx.DB) (any bool, err error) {
	if err := db.GetContext(ctx, &any, inquiryUsersAny); err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return any, nil
}

// UserMay reports whether somebody of a name and a role can sign in to the console now.
func UserMay(ctx context.Context, db *sqlx.DB, name, role string, now time.Time) (may bool, err error) {
	if err := db.GetContext(ctx, &may, inquiryUserMay, name, role, now); err != nil {
		return false, fmt.Errorf("look for a user: %w", err)
	}
	return may, nil
}
