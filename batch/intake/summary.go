package intake

import (
	"errors"
	"fmt"

	"github.com/lib/pq"
)

// Summary is what an import did.
type Summary struct {
	Import  int64         `json:"import"`
	Files   []FileSummary `json:"files"` // in the order in which they are taken in
	Seconds float64       `json:"seconds"`

	Removed  int64 `json:"removed"` // rows of removed customers, among the unchanged of Files
	Rejected int64 `json:"rejected"`
	// Rejects are the rows that were not taken, in the order of Files and lines, as import_reject has them: at most
	// maxRejects. RejectsNotKept counts the others.
	Rejects        []Reject `json:"rejects"`
	RejectsNotKept int64    `json:"rejects_not_kept"`
}

// FileSummary counts the rows of one file: Rows = Inserted + Updated + Unchanged + Rejected. Among the unchanged are those of
// removed customers: they are not taken in, and are nobody's fault (CD2).
type FileSummary struct {
	File      string `json:"file"`
	Rows      int64  `json:"rows"`
	Inserted  int64  `json:"inserted"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Removed   int64  `json:"removed"`
	Rejected  int64  `json:"rejected"`
}

// Reject is a row that was not taken: where it stands, and what is wrong with which column. ValueClass
// says what kind of value stood there, never the value. Column is empty for a malformed record.
type Reject struct {
	File       string `json:"file" db:"file"`
	Line       int64  `json:"line" db:"line"`
	Column     string `json:"column" db:"column_name"`
	ValueClass string `json:"value_class" db:"value_class"`
	Reason     string `json:"reason" db:"reason"`
}

// RefusedError says that a file was refused whole. Nothing at all was loaded, of no file.
type RefusedError struct {
	File    string
	Reason  string
	TooMany bool     // bad rows are the reason: Options could allow more
	Rejects []Reject // the first 20 of the file that were kept, if bad rows are the reason
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s refused: %s", e.File, e.Reason) }

// maxRefusedRejects bounds RefusedError.Rejects.
const maxRefusedRejects = 20

// A databaseError hides the text of a PostgreSQL error about data, which may quote the data.
type databaseError struct{ cause *pq.Error }

func (e *databaseError) Error() string {
	text := fmt.Sprintf("database error %s (%s)", e.cause.Code, e.cause.Code.Name())
	if e.cause.Table != "" {
		text += " on " + e.cause.Table
	}
	if e.cause.Constraint != "" {
		text += ", constraint " + e.cause.Constraint
	}
	return text
}

func (e *databaseError) Unwrap() error { return e.cause }

// quiet makes sure that an error's text holds no value of a file.
func quiet(err error) error {
	var cause *pq.Error
	if errors.As(err, &cause) && (cause.Code.Class() == "22" || cause.Code.Class() == "23") {
		return &databaseError{cause}
	}
	return err
}
