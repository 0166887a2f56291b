package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

var (
	inquiryNights    = database.Query("inquiry", "InquiryNights")
	inquiryTonight   = database.Query("inquiry", "InquiryTonight")
	inquiryRunSteps  = database.Query("inquiry", "InquiryRunSteps")
	inquiryRunPace   = database.Query("inquiry", "InquiryRunPace")
	inquiryRunLike   = database.Query("inquiry", "InquiryRunLike")
	inquiryRunBrakes = database.Query("inquiry", "InquiryRunBrakes")
	inquiryRunFiles  = database.Query("inquiry", "InquiryRunFiles")
)

// MaxCounted bounds how many exceptions of a run are counted for a list of nights: that many or more.
const MaxCounted = 1000

// Night is a run without what its chunks did: a list of nights costs as much for a large book as for a small one.
type Night struct {
	Run            int64      `db:"run"`
	BusinessDate   rules.Date `db:"business_date"`
	Attempt        int        `db:"attempt"`
	State          string     `db:"state"`
	StoppedBecause string     `db:"stopped_because"`
	Version        string     `db:"program_version"`
	Who            string     `db:"who"`
	Why            string     `db:"why"`
	Started        time.Time  `db:"started_at"`
	Finished       *time.Time `db:"finished_at"`
	Exceptions     int64      `db:"exceptions"` // up to MaxCounted
	Files          int64      `db:"files"`
}

// Unfinished reports whether the run is neither closed nor abandoned.
func (n *Night) Unfinished() bool { return n.State == "RUNNING" || n.State == "STOPPED" }

// Took is how long a run took from its opening to its close, the time in which it was stopped with it; 0 before its close.
func (n *Night) Took() time.Duration {
	if n.Finished == nil {
		return 0
	}
	return n.Finished.Sub(n.Started)
}

// Nights lists the runs as nights, the newest first. The key is the run's number.
func Nights(ctx context.Context, db *sqlx.DB, p Page) (List[Night], error) {
	before, err := p.before()
	if err != nil {
		return List[Night]{}, err
	}
	limit, err := p.limit()
	if err != nil {
		return List[Night]{}, err
	}
	l := List[Night]{Rows: []Night{}}
	if err := db.SelectContext(ctx, &l.Rows, inquiryNights, before, limit+1, MaxCounted); err != nil {
		return l, fmt.Errorf("read the nights: %w", err)
	}
	if len(l.Rows) > limit {
		l.Rows = l.Rows[:limit]
		l.Next = strconv.FormatInt(l.Rows[limit-1].Run, 10)
	}
	return l, nil
}

// Step is a step of a run with what its chunks did.
type Step struct {
	Step     string     `db:"step"`
	Started  *time.Time `db:"started_at"`
	Finished *time.Time `db:"finished_at"`
	Chunks   int64      `db:"chunks"`
	Done     int64      `db:"done"`
	Read     int64      `db:"read_count"` // loans
	Changed  int64      `db:"changed_count"`
}

// State is DONE, RUNNING or PENDING.
func (s *Step) State() string {
	switch {
	case s.Finished != nil:
		return "DONE"
	case s.Started != nil:
		return "RUNNING"
	}
	return "PENDING"
}

// Took is how long it took; 0 before its end.
func (s *Step) Took() time.Duration {
	if s.Started == nil || s.Finished == nil {
		return 0
	}
	return s.Finished.Sub(*s.Started)
}

// Percent is the share of the chunks that are done.
func (s *Step) Percent() int64 {
	switch {
	case s.Finished != nil:
		return 100
	case s.Chunks == 0:
		return 0
	}
	return 100 * s.Done / s.Chunks
}

// Braked is a brake that stopped a run. State: BRAKED, ACCEPTED, or PASSED when the numbers were other ones the next time. Numbers
// are in the brake's unit.
type Braked struct {
	Brake       string        `db:"brake"`
	About       string        `db:"about"` // the file; empty: the book
	State       string        `db:"state"`
	Now         int64         `db:"now"`
	Whole       int64         `db:"whole"`
	Allowed     int64         `db:"allowed"`
	Before      pq.Int64Array `db:"before"` // of the last three nights or files, the latest first
	AcceptedBy  string        `db:"accepted_by"`
	AcceptedWhy string        `db:"accepted_why"`
	AcceptedAt  *time.Time    `db:"accepted_at"`
}

// MadeFile is a file that a run made.
type MadeFile struct {
	File        int64      `db:"file"`
	Program     string     `db:"program_id"`
	Destination string     `db:"destination"`
	AsOf        rules.Date `db:"as_of"`
	State       string     `db:"state"`
	Records     int64      `db:"records"`
}

// NightDetail is a run with its steps, and what can be told of its end while it works.
type NightDetail struct {
	Night
	Steps  []Step
	Brakes []Braked
	Files  []MadeFile

	Pace     float64       // loans a second by the newest chunks of the step that works; 0: not known
	Left     time.Duration // until its end, as far as can be told
	Told     bool          // Left can be told
	LeftLike int64         // the run by which the steps that have not begun are reckoned, 0: none
}

// Tonight reads the run that is not finished, else the newest; ErrNotFound if there is none. now is the time by which its pace is told.
func Tonight(ctx context.Context, db *sqlx.DB, now time.Time) (*NightDetail, error) {
	var run int64
	err := db.GetContext(ctx, &run, inquiryTonight)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find tonight's run: %w", err)
	}
	return OneNight(ctx, db, run, now)
}

// OneNight reads a run; ErrNotFound if there is none of that number.
func OneNight(ctx context.Context, db *sqlx.DB, run int64, now time.Time) (*NightDetail, error) {
	var d NightDetail
	err := database.InSnapshot(ctx, db, func(tx *sqlx.Tx) error {
		var found []Night
		if err := tx.SelectContext(ctx, &found, inquiryNights, run+1, 1, MaxCounted); err != nil {
			return err
		}
		if len(found) == 0 || found[0].Run != run {
			return ErrNotFound
		}
		d.Night = found[0]
		if err := tx.SelectContext(ctx, &d.Steps, inquiryRunSteps, run); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Brakes, inquiryRunBrakes, run); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &d.Files, inquiryRunFiles, run); err != nil || d.State != "RUNNING" {
			return err
		}
		return d.reckon(ctx, tx, now)
	})
	if err != nil {
		return nil, fmt.Errorf("read run %d: %w", run, err)
	}
	return &d, nil
}

// newestChunks are those by which the pace of a step is told.
const newestChunks = 32

// reckon tells how fast the step that works is, and when the run may end: the chunks that are left at the pace of the newest ones,
// and the steps that have not begun at what they took in the last run like this one.
func (d *NightDetail) reckon(ctx context.Context, tx *sqlx.Tx, now time.Time) error {
	next := "" // the first step that has not begun
	for i := len(d.Steps) - 1; i >= 0 && d.Steps[i].Started == nil; i-- {
		next = d.Steps[i].Step
	}
	known := true
	for i := range d.Steps {
		if s := &d.Steps[i]; s.State() == "RUNNING" { // the steps of a pass work together: the first tells
			left, pace, ok, err := s.left(ctx, tx, d.Run, now)
			if err != nil {
				return err
			}
			d.Left, d.Pace, known = left, pace, ok
			break
		}
	}
	if !known {
		return nil
	}
	if next == "" {
		d.Told = true
		return nil
	}
	endsMonth := (d.BusinessDate+1).YMD()%100 == 1
	err := tx.GetContext(ctx, &d.LeftLike, inquiryRunLike, d.Run, endsMonth)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var like []Step
	if err := tx.SelectContext(ctx, &like, inquiryRunSteps, d.LeftLike); err != nil || len(like) == 0 {
		return err
	}
	end := like[len(like)-1].Finished
	for i := range like {
		if like[i].Step == next && like[i].Started != nil && end != nil {
			d.Left += end.Sub(*like[i].Started)
			d.Told = true
		}
	}
	return nil
}

// left is how long the chunks that are left take at the pace of the newest ones, and that pace in loans a second.
func (s *Step) left(ctx context.Context, tx *sqlx.Tx, run int64, now time.Time) (left time.Duration, pace float64, known bool, err error) {
	var newest struct {
		Chunks int64      `db:"chunks"`
		Read   int64      `db:"read_count"`
		First  *time.Time `db:"first_at"`
		Last   *time.Time `db:"last_at"`
	}
	if err := tx.GetContext(ctx, &newest, inquiryRunPace, run, s.Step, newestChunks); err != nil {
		return 0, 0, false, err
	}
	if newest.Chunks < 2 {
		return 0, 0, s.Chunks == s.Done, nil
	}
	seconds := newest.Last.Sub(*newest.First).Seconds()
	if since := now.Sub(*newest.First).Seconds(); since > seconds { // a step that stands still gets slower
		seconds = since
	}
	if seconds <= 0 {
		return 0, 0, s.Chunks == s.Done, nil
	}
	apart := seconds / float64(newest.Chunks-1)
	left = time.Duration(float64(s.Chunks-s.Done) * apart * float64(time.Second))
	return left, float64(newest.Read) * float64(newest.Chunks-1) / float64(newest.Chunks) / seconds, true, nil
}
