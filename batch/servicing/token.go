package servicing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
)

// Role is what a user or the bearer of a token may do. Viewer, operator and supervisor include each other in this order; a privacy
// officer may see what a viewer sees, personal data too, and delete customers, and changes nothing else. An examiner sees what a
// viewer sees until a day that is known from the beginning, and sends no form.
type Role string

// The roles.
const (
	Viewer         Role = "viewer"
	Examiner       Role = "examiner"
	Operator       Role = "operator"
	Supervisor     Role = "supervisor"
	PrivacyOfficer Role = "privacy_officer"
)

// Roles lists the roles.
func Roles() []Role { return []Role{Viewer, Examiner, Operator, Supervisor, PrivacyOfficer} }

// May reports whether a role may do what needs another one.
func (r Role) May(needed Role) bool {
	ladder := []Role{Viewer, Operator, Supervisor}
	has, wants := slices.Index(ladder, r), slices.Index(ladder, needed)
	return r == needed || (r == PrivacyOfficer || r == Examiner) && needed == Viewer || wants >= 0 && has > wants
}

// TokenRequest asks for a token of the HTTP API.
type TokenRequest struct {
	Name    string
	Role    Role
	Expires time.Time
	By, Why string
}

// Token is a new token. Nobody can read it again.
type Token struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Expires time.Time `json:"expires"`
	Secret  string    `json:"token"`
}

// tokenPrefix begins each token, so that scanners of repositories and logs find one that strayed.
const tokenPrefix = "furnisher_"

// LongestToken bounds how long a token works, in days: a secret that is never changed is found some day.
const LongestToken = 400

// tokenName is what a token may be called: it stands in audit rows and logs.
var tokenName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// CreateToken makes a token of 256 random bits and keeps its hash. Who may make tokens may make one for any role, so it needs a
// supervisor.
//
// Errors to branch on: ErrInvalid, ErrRefused if the name is taken, batch.ErrNotSupervisor.
func (d *Desk) CreateToken(ctx context.Context, r TokenRequest) (*Token, error) {
	if err := r.check(d.Now()); err != nil {
		return nil, fmt.Errorf("create the token: %w", err)
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // it never fails
	made := &Token{r.Name, r.Role, r.Expires, tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])}
	err := database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		act := batch.Act{Kind: batch.ActCreateToken, About: "token " + r.Name + ", " + string(r.Role), Who: r.By, Why: r.Why}
		if err := d.Authority.Permit(ctx, tx, act, d.Now()); err != nil {
			return err
		}
		hash, _ := TokenHash(made.Secret)
		var name string
		err := tx.GetContext(ctx, &name, tokenAdd, r.Name, r.Role, hash, r.By, d.Now(), r.Expires)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: there is a token %q, and a name is given once", ErrRefused, r.Name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create the token: %w", err)
	}
	return made, nil
}

func (r *TokenRequest) check(now time.Time) error {
	switch {
	case !tokenName.MatchString(r.Name):
		return invalid("a token is named by up to 64 small letters, digits, dots, dashes and underscores")
	case !slices.Contains(Roles(), r.Role):
		return invalid("there is no role %q", r.Role)
	case !r.Expires.After(now) || r.Expires.After(now.AddDate(0, 0, LongestToken)):
		return invalid("a token works for 1 to %d days", LongestToken)
	case r.By == "" || r.Why == "":
		return invalid("it does not say who asks for it, and why")
	case len(r.By) > longestKey || len(r.Why) > longestText:
		return invalid("who asks for it and why are longer than %d and %d bytes", longestKey, longestText)
	}
	return nil
}

// RevokeToken ends a token at once. Everybody may: a leaked token must not wait for a supervisor. A token that is revoked already
// stays as it is.
//
// Errors to branch on: ErrUnknown, ErrInvalid.
func (d *Desk) RevokeToken(ctx context.Context, name, by string) error {
	if by == "" || len(by) > longestKey {
		return fmt.Errorf("revoke the token: %w", invalid("it does not say who asks for it"))
	}
	err := database.InDurableTx(ctx, d.DB, func(tx *sqlx.Tx) error {
		var known string
		err := tx.GetContext(ctx, &known, tokenRevoke, name, by, d.Now())
		if errors.Is(err, sql.ErrNoRows) {
			return unknown("token", name)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	return nil
}

// TokenHash is what is kept of a token, and whether the text can be one at all.
func TokenHash(token string) (hash []byte, ok bool) {
	secret, ok := strings.CutPrefix(token, tokenPrefix)
	if random, err := base64.RawURLEncoding.Strict().DecodeString(secret); err != nil || len(random) != 32 {
		ok = false
	}
	sum := sha256.Sum256([]byte(token))
	return sum[:], ok
}
