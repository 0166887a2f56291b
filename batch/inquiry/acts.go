package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
)

// Act is something that needs a supervisor, as it was done.
type Act struct {
	Act      int64     `json:"act" db:"act"`
	Kind     string    `json:"kind" db:"kind"`
	About    string    `json:"about" db:"about"`
	At       time.Time `json:"at" db:"at"`
	Who      string    `json:"who" db:"who"`
	Host     string    `json:"host" db:"host"`
	CameFrom string    `json:"came_from" db:"came_from"` // database user and address
	Why      string    `json:"why" db:"why"`
}

// Acts lists what was done that needs a supervisor, the newest first. The key is the act's number.
func Acts(ctx context.Context, db *sqlx.DB, p Page) (List[Act], error) {
	before, err := p.before()
	if err != nil {
		return List[Act]{}, err
	}
	l, err := list(ctx, db, p, func(a *Act) string { return strconv.FormatInt(a.Act, 10) }, inquiryActs, before)
	if err != nil {
		return l, fmt.Errorf("read the acts: %w", err)
	}
	return l, nil
}
