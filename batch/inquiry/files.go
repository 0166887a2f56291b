package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/rules"
)

// File is a file of the bureaus.
type File struct {
	FileRow
	PurgedAt *time.Time `json:"purged_at,omitempty" db:"purged_at"` // what is personal in it is gone since
	PurgedBy string     `json:"purged_by,omitempty" db:"purged_by"`
}

// FileRow is what a run says of a file that it made, too.
type FileRow struct {
	File        int64      `json:"file" db:"file"`
	Run         int64      `json:"run" db:"run"`
	Program     string     `json:"program_id" db:"program_id"`
	Destination string     `json:"destination" db:"destination"`
	AsOf        rules.Date `json:"as_of" db:"as_of"`
	CreatedOn   rules.Date `json:"created_on" db:"created_on"`
	State       string     `json:"state" db:"state"`
	StateWhy    string     `json:"state_why,omitempty" db:"state_why"`
	Name        string     `json:"name" db:"name"`
	Path        string     `json:"path,omitempty" db:"path"`
	SHA256      string     `json:"sha256" db:"sha256"`
	Bytes       int64      `json:"bytes" db:"bytes"`
	Records     int64      `json:"records" db:"records"`
	Excluded    int64      `json:"excluded" db:"excluded"`
	Deletions   int64      `json:"deletions" db:"deletions"`
}

// Files lists the files of the bureaus, the newest first. The key is the file's number.
func Files(ctx context.Context, db *sqlx.DB, p Page) (List[File], error) {
	before, err := p.before()
	if err != nil {
		return List[File]{}, err
	}
	l, err := list(ctx, db, p, func(f *File) string { return strconv.FormatInt(f.File, 10) }, inquiryFiles, before)
	if err != nil {
		return l, fmt.Errorf("read the files: %w", err)
	}
	return l, nil
}

// FileLife is a file of the bureaus and what people did with it, in order.
type FileLife struct {
	File
	Events []FileEvent `json:"events"`
}

// FileEvent is a change of a file's state by a person.
type FileEvent struct {
	State string    `json:"state" db:"state"`
	Who   string    `json:"who" db:"who"`
	Why   string    `json:"why" db:"why"`
	At    time.Time `json:"at" db:"at"`

	CameFrom     *string        `json:"came_from" db:"came_from"` // database user and address; nil: not known
	Acknowledged pq.StringArray `json:"acknowledged" db:"acknowledged"`
}

// ShowFile returns a file by its number; ErrNotFound if there is none.
func ShowFile(ctx context.Context, db *sqlx.DB, number int64) (*FileLife, error) {
	life := &FileLife{Events: []FileEvent{}}
	err := db.GetContext(ctx, &life.File, inquiryFiles, number+1, 1)
	if errors.Is(err, sql.ErrNoRows) || err == nil && life.File.File != number {
		err = ErrNotFound
	}
	if err == nil {
		err = db.SelectContext(ctx, &life.Events, inquiryFileEvents, number)
	}
	if err != nil {
		return nil, fmt.Errorf("file %d: %w", number, err)
	}
	return life, nil
}

// before is the number before which a page of a list begins that shows the newest first; nil: at the start.
func (p Page) before() (*int64, error) {
	if p.After == "" {
		return nil, nil
	}
	number, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a number", ErrBadPage, p.After)
	}
	return &number, nil
}

// FileNumber finds a file of the bureaus by its number, its name or its path; ErrNotFound if there is none.
func FileNumber(ctx context.Context, db *sqlx.DB, file string) (int64, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return 0, err
	}
	var number int64
	err = db.GetContext(ctx, &number, inquiryFile, file, path)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("file %q: %w", file, err)
	}
	return number, nil
}

// Exclusion is a loan that a file left out, with the reason and the rule that decided (DC11). Its account number
// is masked.
type Exclusion struct {
	LoanID        string `json:"loan_id" db:"loan_id"`
	AccountNumber string `json:"account_number" db:"account_number"`
	Reason        string `json:"reason" db:"reason"`
	Rule          string `json:"rule" db:"rule"`
	Detail        string `json:"detail" db:"detail"`
}

// Exclusions lists the loans that a file left out, in the order of the book. The key is the loan's id.
func Exclusions(ctx context.Context, db *sqlx.DB, file int64, p Page) (List[Exclusion], error) {
	after, err := loanKey(ctx, db, p)
	if err != nil {
		return List[Exclusion]{}, err
	}
	l, err := list(ctx, db, p, func(x *Exclusion) string { return x.LoanID }, inquiryExclusions, file, after)
	if err != nil {
		return l, fmt.Errorf("read the exclusions of file %d: %w", file, err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// FilesOfDate returns the numbers of the files that the attempts at a business date made and that count.
func FilesOfDate(ctx context.Context, db *sqlx.DB, d rules.Date) ([]int64, error) {
	var files []int64
	if err := db.SelectContext(ctx, &files, inquiryFilesOfDate, d); err != nil {
		return nil, fmt.Errorf("read the files of %s: %w", d, err)
	}
	return files, nil
}

// PlaceOf says where a file is and where its records stand in it; ErrNotFound if there is no such file.
func PlaceOf(ctx context.Context, db *sqlx.DB, file int64) (*Place, error) {
	place := &Place{}
	err := db.GetContext(ctx, place, inquiryFileMarks, file)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("file %d: %w", file, err)
	}
	return place, nil
}

// FindingsOfRecord are what looks at a file before its release found of a loan in it.
func FindingsOfRecord(ctx context.Context, db *sqlx.DB, file int64, loanID string) (found []Finding, err error) {
	if err := db.SelectContext(ctx, &found, inquiryFindingsOfRecord, file, loanID); err != nil {
		return nil, fmt.Errorf("read the findings of a record of file %d: %w", file, err)
	}
	return found, nil
}
