package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Token is a token of the HTTP API; the token itself is kept nowhere.
type Token struct {
	Name      string     `json:"name" db:"name"`
	Role      string     `json:"role" db:"role"`
	CreatedBy string     `json:"created_by" db:"created_by"`
	CreatedAt time.Time  `json:"created_at" db:"created_at"`
	ExpiresAt time.Time  `json:"expires_at" db:"expires_at"`
	RevokedBy *string    `json:"revoked_by" db:"revoked_by"`
	RevokedAt *time.Time `json:"revoked_at" db:"revoked_at"`
}

// States of a token.
const (
	TokenLive    = "live"
	TokenExpired = "expired"
	TokenRevoked = "revoked"
)

// State is the state of a token at a time.
func (t *Token) State(now time.Time) string {
	switch {
	case t.RevokedAt != nil:
		return TokenRevoked
	case !now.Before(t.ExpiresAt):
		return TokenExpired
	}
	return TokenLive
}

// Tokens lists the tokens of the HTTP API by name. The key is the token's name.
func Tokens(ctx context.Context, db *sqlx.DB, p Page) (List[Token], error) {
	l, err := list(ctx, db, p, func(t *Token) string { return t.Name }, inquiryTokens, p.After)
	if err != nil {
		return l, fmt.Errorf("read the tokens: %w", err)
	}
	return l, nil
}

// TokenOf finds the token of a hash, whatever its state; ErrNotFound if there is none.
func TokenOf(ctx context.Context, db *sqlx.DB, hash []byte) (*Token, error) {
	var t Token
	err := db.GetContext(ctx, &t, inquiryToken, hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the token: %w", err)
	}
	return &t, nil
}
