package inquiry

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Server is how the database server is set, and what our role may do there.
type Server struct {
	Version        string    `db:"version"`
	Fsync          bool      `db:"fsync"`
	FullPageWrites bool      `db:"full_page_writes"`
	Now            time.Time `db:"now"`
	MayCopy        bool      `db:"may_copy"` // make databases, for trials on a copy
	Bytes          int64     `db:"bytes"`    // of the database
	Barred         int64     `db:"barred"`   // tables that our role may not read and write
	LargestFile    int64     `db:"-"`        // in bytes, of the newest files of the bureaus
}

// AskServer reads how the server is set.
func AskServer(ctx context.Context, db *sqlx.DB) (s Server, err error) {
	err = db.GetContext(ctx, &s, inquiryServer)
	if err == nil {
		err = db.GetContext(ctx, &s.LargestFile, inquiryLargestFile)
	}
	if err != nil {
		return Server{}, fmt.Errorf("ask the server how it is set: %w", err)
	}
	return s, nil
}
