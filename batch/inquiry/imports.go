package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// Import is an import and what became of its rows.
type Import struct {
	Import     int64     `json:"import" db:"import"`
	Directory  string    `json:"directory" db:"directory"`
	StartedAt  time.Time `json:"started_at" db:"started_at"`
	FinishedAt time.Time `json:"finished_at" db:"finished_at"`
	Files      int64     `json:"files" db:"files"`
	Counts
}

// Counts are what became of rows.
type Counts struct {
	Rows      int64 `json:"rows" db:"rows"`
	Inserted  int64 `json:"inserted" db:"inserted"`
	Updated   int64 `json:"updated" db:"updated"`
	Unchanged int64 `json:"unchanged" db:"unchanged"`
	Rejected  int64 `json:"rejected" db:"rejected"`
}

// ImportFile is a file of an import.
type ImportFile struct {
	File string `json:"file" db:"file"`
	Counts
}

// Reject is a row that an import did not take. It says what kind of value stood there, never the value.
type Reject struct {
	File       string `json:"file" db:"file"`
	Line       int64  `json:"line" db:"line"`
	Column     string `json:"column" db:"column_name"`
	ValueClass string `json:"value_class" db:"value_class"`
	Reason     string `json:"reason" db:"reason"`
}

// Imports lists the imports, the newest first. The key is the import's number.
func Imports(ctx context.Context, db *sqlx.DB, p Page) (List[Import], error) {
	before, err := p.before()
	if err != nil {
		return List[Import]{}, err
	}
	l, err := list(ctx, db, p, func(i *Import) string { return strconv.FormatInt(i.Import, 10) }, inquiryImports, before)
	if err != nil {
		return l, fmt.Errorf("read the imports: %w", err)
	}
	return l, nil
}

// ShowImport returns an import and its files; ErrNotFound if there is none of that number.
func ShowImport(ctx context.Context, db *sqlx.DB, number int64) (i Import, files []ImportFile, err error) {
	err = db.GetContext(ctx, &i, inquiryImports, number+1, 1)
	if errors.Is(err, sql.ErrNoRows) || err == nil && i.Import != number {
		err = ErrNotFound
	}
	if err == nil {
		err = db.SelectContext(ctx, &files, inquiryImportFiles, number)
	}
	if err != nil {
		return i, nil, fmt.Errorf("import %d: %w", number, err)
	}
	return i, files, nil
}

// Rejects lists the rows that an import did not take and that were kept, by file and line. The key is FILE/LINE.
func Rejects(ctx context.Context, db *sqlx.DB, number int64, p Page) (List[Reject], error) {
	file, line, err := p.pair()
	if err != nil {
		return List[Reject]{}, err
	}
	l, err := list(ctx, db, p, func(r *Reject) string { return fmt.Sprintf("%s/%d", r.File, r.Line) }, inquiryRejects, number, file, line)
	if err != nil {
		return l, fmt.Errorf("read the rejected rows of import %d: %w", number, err)
	}
	return l, nil
}

// pair takes a key NAME/NUMBER apart.
func (p Page) pair() (name string, number int64, err error) {
	if p.After == "" {
		return "", 0, nil
	}
	name, text, _ := strings.Cut(p.After, "/")
	if number, err = strconv.ParseInt(text, 10, 64); err != nil {
		return "", 0, fmt.Errorf("%w: %q is not the next key of this list", ErrBadPage, p.After)
	}
	return name, number, nil
}
