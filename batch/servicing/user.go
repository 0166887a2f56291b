package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
)

// UserRequest asks for a user of the console.
type UserRequest struct {
	Name     string
	Role     Role
	Password string
	Expires  time.Time // zero: never; an examiner's is not zero
	By, Why  string
}

// User is a user who was made, or whose device was changed. Nobody can read the enrolment again.
type User struct {
	Name      string     `json:"name"`
	Role      Role       `json:"role"`
	Expires   *time.Time `json:"expires"`
	Enrolment string     `json:"enrolment"` // the address by which a device takes the secret of its codes
}

// LongestExaminer bounds how long an examiner may look, in days.
const LongestExaminer = 400

// userName is what a user may be called: it stands in audit rows and logs.
var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// userRow is a row of UserRead.
type userRow struct {
	Name     string     `db:"name"`
	Role     Role       `db:"role"`
	Provided bool       `db:"provided"`
	Password string     `db:"password"`
	TOTP     []byte     `db:"totp"`
	Step     int64      `db:"totp_step"`
	NameHash []byte     `db:"name_hash"`
	Expires  *time.Time `db:"expires_at"`
	Ended    *time.Time `db:"ended_at"`
}

// live reports whether a user may sign in.
func (u *userRow) live(now time.Time) bool {
	return u.Ended == nil && (u.Expires == nil || now.Before(*u.Expires))
}

// CreateUser makes a user who signs in by a password and the codes of a device. Who may make users may make one of any role, so it
// needs a supervisor.
//
// Errors to branch on: ErrInvalid, ErrRefused if the name is taken, batch.ErrNotSupervisor.
func (d *Desk) CreateUser(ctx context.Context, r UserRequest) (*User, error) {
	made, err := d.createUser(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("create the user: %w", err)
	}
	return made, nil
}

func (d *Desk) createUser(ctx context.Context, r UserRequest) (*User, error) {
	if err := r.check(d.Now()); err != nil {
		return nil, err
	}
	secret := newSecret()
	made := &User{Name: r.Name, Role: r.Role, Enrolment: enrolment(r.Name, secret)}
	if !r.Expires.IsZero() {
		made.Expires = &r.Expires
	}
	password := hashPassword(r.Password)
	return made, database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		if err := d.permitUser(ctx, tx, batch.ActCreateUser, r.Name, ", "+string(r.Role), r.By, r.Why); err != nil {
			return err
		}
		if err := d.Vault.Bind(ctx, tx); err != nil {
			return err
		}
		sealed, err := d.Vault.SealTOTP(r.Name, secret)
		if err != nil {
			return err
		}
		hash, err := d.Vault.HashUser(r.Name)
		if err != nil {
			return err
		}
		var name string
		err = tx.GetContext(ctx, &name, userAdd, r.Name, r.Role, password, sealed, hash, r.By, d.Now(), made.Expires)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: there is a user %q, and a name is given once", ErrRefused, r.Name)
		}
		return err
	})
}

func (r *UserRequest) check(now time.Time) error {
	if !userName.MatchString(r.Name) {
		return invalid("a user is named by up to 64 small letters, digits, dots, dashes, underscores and @")
	}
	if err := checkRole(r.Role, r.Expires, now); err != nil {
		return err
	}
	if err := checkPassword(r.Name, r.Password); err != nil {
		return err
	}
	return checkActor(r.By, r.Why)
}

func checkRole(role Role, expires, now time.Time) error {
	switch {
	case !slices.Contains(Roles(), role):
		return invalid("there is no role %q", role)
	case role == Examiner && expires.IsZero():
		return invalid("an examiner needs a day on which it ends")
	case !expires.IsZero() && (!expires.After(now) || expires.After(now.AddDate(0, 0, LongestExaminer))):
		return invalid("a user with an end has 1 to %d days", LongestExaminer)
	}
	return nil
}

func checkActor(by, why string) error {
	switch {
	case by == "" || why == "":
		return invalid("it does not say who asks for it, and why")
	case len(by) > longestKey || len(why) > longestText:
		return invalid("who asks for it and why are longer than %d and %d bytes", longestKey, longestText)
	}
	return nil
}

func (d *Desk) permitUser(ctx context.Context, tx *sqlx.Tx, kind batch.ActKind, name, more, by, why string) error {
	return d.Authority.Permit(ctx, tx, batch.Act{Kind: kind, About: "user " + name + more, Who: by, Why: why}, d.Now())
}

// EndUser ends a user and all sessions at once. Everybody may: what has leaked must not wait for a supervisor. A user who has ended
// stays so.
//
// Errors to branch on: ErrUnknown, ErrInvalid.
func (d *Desk) EndUser(ctx context.Context, name, by, why string) error {
	return d.changeUser(ctx, "end the user", name, by, why, func(tx *sqlx.Tx, u *userRow) error {
		if u.Ended != nil {
			return nil
		}
		act := batch.Act{Kind: batch.ActEndUser, About: "user " + name, Who: by, Why: why}
		if err := d.Authority.Note(ctx, tx, act, d.Now()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, userEnd, name, by, d.Now())
		return err
	})
}

// ChangeRole gives a user another role, and an end or none; it ends the sessions. It needs a supervisor.
//
// Errors to branch on: ErrUnknown, ErrInvalid, ErrRefused for a user who has ended or whose provider names the role,
// batch.ErrNotSupervisor.
func (d *Desk) ChangeRole(ctx context.Context, name string, role Role, expires time.Time, by, why string) error {
	if err := checkRole(role, expires, d.Now()); err != nil {
		return fmt.Errorf("change the role: %w", err)
	}
	return d.changeUser(ctx, "change the role", name, by, why, func(tx *sqlx.Tx, u *userRow) error {
		if err := u.changeable(); err != nil {
			return err
		}
		if err := d.permitUser(ctx, tx, batch.ActUserRole, name, ", "+string(u.Role)+" to "+string(role), by, why); err != nil {
			return err
		}
		var end *time.Time
		if !expires.IsZero() {
			end = &expires
		}
		_, err := tx.ExecContext(ctx, userRole, name, role, end)
		return err
	})
}

// SetPassword gives a user another password, ends the sessions and lifts a lock. It needs a supervisor.
//
// Errors to branch on: those of ChangeRole.
func (d *Desk) SetPassword(ctx context.Context, name, password, by, why string) error {
	if err := checkPassword(name, password); err != nil {
		return fmt.Errorf("set the password: %w", err)
	}
	hash := hashPassword(password)
	return d.changeUser(ctx, "set the password", name, by, why, func(tx *sqlx.Tx, u *userRow) error {
		if err := u.changeable(); err != nil {
			return err
		}
		if err := d.permitUser(ctx, tx, batch.ActUserPassword, name, "", by, why); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, userPassword, name, hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, attemptForget, u.NameHash)
		return err
	})
}

// ChangeDevice gives a user a new secret for the codes of a device, and ends the sessions. It needs a supervisor.
//
// Errors to branch on: those of ChangeRole.
func (d *Desk) ChangeDevice(ctx context.Context, name, by, why string) (*User, error) {
	secret := newSecret()
	changed := &User{Name: name, Enrolment: enrolment(name, secret)}
	err := d.changeUser(ctx, "change the device", name, by, why, func(tx *sqlx.Tx, u *userRow) error {
		if err := u.changeable(); err != nil {
			return err
		}
		if err := d.permitUser(ctx, tx, batch.ActUserDevice, name, "", by, why); err != nil {
			return err
		}
		if err := d.Vault.Bind(ctx, tx); err != nil {
			return err
		}
		sealed, err := d.Vault.SealTOTP(name, secret)
		if err != nil {
			return err
		}
		changed.Role, changed.Expires = u.Role, u.Expires
		_, err = tx.ExecContext(ctx, userTOTP, name, sealed)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// changeable returns ErrRefused for a user who has ended, or who has neither password nor role of ours.
func (u *userRow) changeable() error {
	switch {
	case u.Ended != nil:
		return fmt.Errorf("%w: user %q has ended", ErrRefused, u.Name)
	case u.Provided:
		return fmt.Errorf("%w: the provider that signs user %q in decides that", ErrRefused, u.Name)
	}
	return nil
}

// changeUser changes a user in one transaction, and ends the sessions that were begun before.
func (d *Desk) changeUser(ctx context.Context, doing, name, by, why string, change func(tx *sqlx.Tx, u *userRow) error) error {
	err := checkActor(by, why)
	if err == nil {
		err = database.InRetriedTx(ctx, d.DB, func(tx *sqlx.Tx) error {
			u, err := readUser(ctx, tx, name)
			if err != nil {
				return err
			}
			if u == nil {
				return unknown("user", name)
			}
			if err := change(tx, u); err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, userSessionsEnd, name)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// readUser reads a user, and holds the row; nil if there is none.
func readUser(ctx context.Context, tx *sqlx.Tx, name string) (*userRow, error) {
	var u userRow
	err := tx.GetContext(ctx, &u, userRead, name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the user: %w", err)
	}
	return &u, nil
}
