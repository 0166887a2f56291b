package servicing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
)

// Provided is somebody whom a provider of the lender has signed in.
type Provided struct {
	Subject string // who it is for ever: the provider and its own name for the person
	Name    string // as it should stand in audit rows
	Role    Role
}

// provider is who made users whom a provider signs in.
const provider = "the provider"

// SignInProvided finds the user whom a provider has signed in, or makes one. The name stays as it was the first time; a role that is
// another now ends the sessions. Both are acts.
//
// Errors to branch on: ErrSignIn for a user who has ended, ErrInvalid for a name or role that cannot be, ErrRefused for a name that
// somebody else has.
func (d *Desk) SignInProvided(ctx context.Context, p Provided) (name string, err error) {
	p.Name = strings.ToLower(p.Name)
	switch {
	case p.Subject == "" || len(p.Subject) > longestText:
		err = invalid("the provider does not say who it is")
	case !userName.MatchString(p.Name):
		err = invalid("the name that the provider gives is no user's")
	case p.Role == Examiner:
		err = invalid("an examiner needs a day on which it ends, which a provider does not say")
	default:
		if err = checkRole(p.Role, time.Time{}, d.Now()); err == nil {
			err = database.InRetriedTx(ctx, d.DB, func(tx *sqlx.Tx) (err error) {
				name, err = d.provide(ctx, tx, p)
				return err
			})
		}
	}
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return name, nil
}

func (d *Desk) provide(ctx context.Context, tx *sqlx.Tx, p Provided) (string, error) {
	known, err := readSubject(ctx, tx, p.Subject)
	if err != nil {
		return "", err
	}
	if known == nil {
		made, err := d.provideNew(ctx, tx, p)
		if err != nil || made {
			return p.Name, err
		}
		if known, err = readSubject(ctx, tx, p.Subject); err != nil { // another sign-in of the same person came first
			return "", err
		}
		if known == nil {
			return "", fmt.Errorf("%w: there is a user %q whom the provider does not sign in", ErrRefused, p.Name)
		}
	}
	switch {
	case !known.live(d.Now()):
		return "", ErrSignIn
	case known.Role == p.Role:
		return known.Name, nil
	}
	if err := d.noteProvided(ctx, tx, batch.ActUserRole, known.Name, ", "+string(known.Role)+" to "+string(p.Role)); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, userRole, known.Name, p.Role, nil); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, userSessionsEnd, known.Name)
	return known.Name, err
}

// provideNew makes a user whom the provider signs in, unless there is one of the name or of the subject.
func (d *Desk) provideNew(ctx context.Context, tx *sqlx.Tx, p Provided) (made bool, err error) {
	hash, err := d.Vault.HashUser(p.Name)
	if err != nil {
		return false, err
	}
	var name string
	err = tx.GetContext(ctx, &name, userProvide, p.Name, p.Role, p.Subject, hash, provider, d.Now())
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, d.noteProvided(ctx, tx, batch.ActCreateUser, p.Name, ", "+string(p.Role))
}

func (d *Desk) noteProvided(ctx context.Context, tx *sqlx.Tx, kind batch.ActKind, name, more string) error {
	return d.Authority.Note(ctx, tx, batch.Act{Kind: kind, About: "user " + name + more, Who: provider, Why: "signed in"}, d.Now())
}

// readSubject reads the user of a subject, and holds the row; nil if there is none.
func readSubject(ctx context.Context, tx *sqlx.Tx, subject string) (*userRow, error) {
	var u userRow
	err := tx.GetContext(ctx, &u, userBySubject, subject)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the user: %w", err)
	}
	return &u, nil
}
