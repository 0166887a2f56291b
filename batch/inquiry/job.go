package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

var (
	inquiryJob       = database.Query("inquiry", "InquiryJob")
	inquiryJobsAbout = database.Query("inquiry", "InquiryJobsAbout")
)

// ConsoleJob is what a form of the console began.
type ConsoleJob struct {
	Job     string     `db:"job"`
	Kind    string     `db:"kind"`
	About   string     `db:"about"`
	Who     string     `db:"who"`
	BeganAt time.Time  `db:"began_at"`
	BeatAt  time.Time  `db:"beat_at"` // the process that does it was there
	EndedAt *time.Time `db:"ended_at"`
	Outcome string     `db:"outcome"` // empty: it has no end
	Result  string     `db:"result"`  // what the person is told, a document
}

// JobOf returns a job by its key; ErrNotFound if there is none.
func JobOf(ctx context.Context, db *sqlx.DB, key string) (*ConsoleJob, error) {
	j := &ConsoleJob{}
	err := db.GetContext(ctx, j, inquiryJob, key)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read what a form began: %w", err)
	}
	return j, nil
}

// JobsAbout returns the last jobs about something, the newest first.
func JobsAbout(ctx context.Context, db *sqlx.DB, about string, most int) (jobs []ConsoleJob, err error) {
	if err = db.SelectContext(ctx, &jobs, inquiryJobsAbout, about, most); err != nil {
		return nil, fmt.Errorf("read what forms began about %s: %w", about, err)
	}
	return jobs, nil
}
