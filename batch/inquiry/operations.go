package inquiry

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
)

// OperationEntry is something that a person or system did between nights, to loans, customers or cases.
type OperationEntry struct {
	Operation
	Role     *string `json:"role" db:"role"` // in which it was asked for; nil: the command line
	CameFrom *string `json:"came_from" db:"came_from"`
}

// Operations lists what was done between nights, the newest first. The key is the operation's number.
func Operations(ctx context.Context, db *sqlx.DB, p Page) (List[OperationEntry], error) {
	before, err := p.before()
	if err != nil {
		return List[OperationEntry]{}, err
	}
	l, err := list(ctx, db, p, func(o *OperationEntry) string { return strconv.FormatInt(o.Operation.Operation, 10) }, inquiryAllOperations, before)
	if err != nil {
		return l, fmt.Errorf("read the operations: %w", err)
	}
	return l, nil
}
