package servicing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// ErrSignIn: name, password and code are not those of a user who may sign in. It never says which of them, nor whether there is such
// a user.
var ErrSignIn = errors.New("name, password or code are wrong, or the name is locked")

// How often a name may fail, and for how long it is locked then.
const (
	MostFailures = 5
	LockedFor    = 15 * time.Minute
	// attemptsKept is how long a failure counts.
	attemptsKept = 24 * time.Hour
	sweptAtOnce  = 100
)

// SignIn is what somebody says to sign in.
type SignIn struct{ Name, Password, Code string }

// SignIn finds the user of a name, a password and a code of the device. Names that are nobody's cost the same, fail with the same
// words and are locked as others are. A code is taken once. Failures are counted one after the other, also of guesses that come at
// once.
//
// Errors to branch on: ErrSignIn.
func (d *Desk) SignIn(ctx context.Context, s SignIn) (name string, err error) {
	if len(s.Name) > longestKey || len(s.Password) > longestPassword || len(s.Code) > codeDigits {
		s = SignIn{} // which is nobody's, and costs the same
	}
	hash, err := d.Vault.HashUser(s.Name)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	ok := false
	err = database.InRetriedTx(ctx, d.DB, func(tx *sqlx.Tx) (err error) {
		ok, err = d.signIn(ctx, tx, s, hash)
		return err
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("sign in: %w", err)
	case !ok:
		return "", ErrSignIn
	}
	return s.Name, nil
}

func (d *Desk) signIn(ctx context.Context, tx *sqlx.Tx, s SignIn, hash []byte) (ok bool, err error) {
	var attempt struct {
		Failed int        `db:"failed"`
		Locked *time.Time `db:"locked_until"`
	}
	now := d.Now()
	if _, err := tx.ExecContext(ctx, attemptsSweep, now.Add(-attemptsKept), sweptAtOnce); err != nil {
		return false, err
	}
	if err := tx.GetContext(ctx, &attempt, attemptOpen, hash, now); err != nil {
		return false, err
	}
	u, err := readUser(ctx, tx, s.Name)
	if err != nil {
		return false, err
	}
	if u == nil {
		u = &userRow{Provided: true}
	}
	right := isPassword(u.Password, s.Password) // first, so that every attempt costs it
	locked := attempt.Locked != nil && now.Before(*attempt.Locked)
	var step int64
	if right && !locked && !u.Provided && u.live(now) {
		secret, err := d.Vault.OpenTOTP(u.Name, u.TOTP)
		if err != nil {
			return false, err
		}
		step, ok = takeCode(secret, s.Code, u.Step, now)
	}
	switch {
	case ok:
		if _, err := tx.ExecContext(ctx, userTOTPStep, u.Name, step); err != nil {
			return false, err
		}
		attempt.Failed, attempt.Locked = 0, nil
	case !locked:
		attempt.Failed, attempt.Locked = attempt.Failed+1, nil
		if attempt.Failed >= MostFailures {
			until := now.Add(LockedFor)
			attempt.Failed, attempt.Locked = 0, &until
		}
	}
	_, err = tx.ExecContext(ctx, attemptNote, hash, attempt.Failed, attempt.Locked)
	return ok, err
}
