package book

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/seal"
)

// totpColumn is the column of the secrets that users' devices have, sealed by the keys that seal the book. A value's place is its
// column and the user's name.
const totpColumn = "console_user.totp"

// SealTOTP seals the secret of a user's device.
func (v Vault) SealTOTP(user string, secret []byte) ([]byte, error) {
	return v.Keys.Seal(secret, seal.At(totpColumn, user))
}

// OpenTOTP opens what SealTOTP sealed.
func (v Vault) OpenTOTP(user string, sealed []byte) ([]byte, error) {
	return v.Keys.Open(sealed, seal.At(totpColumn, user))
}

// HashUser is what is kept of a name under which somebody tried to sign in.
func (v Vault) HashUser(name string) ([]byte, error) {
	return v.Keys.Hash([]byte(name), []byte("console_user.name"))
}

// ResealUsers seals the secrets of users' devices anew that another key than the primary one has sealed: there are few.
func (v Vault) ResealUsers(ctx context.Context, tx *sqlx.Tx) (users int64, err error) {
	var rows []struct {
		Name string `db:"name"`
		TOTP []byte `db:"totp"`
	}
	if err := tx.SelectContext(ctx, &rows, userResealRead, v.PrimaryID()); err != nil {
		return 0, fmt.Errorf("read the secrets of users: %w", err)
	}
	names, secrets := make([]string, len(rows)), make([][]byte, len(rows))
	for i, r := range rows {
		names[i] = r.Name
		if secrets[i], err = v.reseal(r.TOTP, seal.At(totpColumn, r.Name)); err != nil {
			return 0, fmt.Errorf("user %q: %w", r.Name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, userReseal, pq.StringArray(names), pq.ByteaArray(secrets)); err != nil {
		return 0, fmt.Errorf("seal the secrets of users anew: %w", err)
	}
	return int64(len(rows)), nil
}
