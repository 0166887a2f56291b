package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

var (
	inquiryMonthNewest  = database.Query("inquiry", "InquiryMonthNewest")
	inquiryMonthFiles   = database.Query("inquiry", "InquiryMonthFiles")
	inquiryMonthReasons = database.Query("inquiry", "InquiryMonthReasons")
	inquiryFileCells    = database.Query("inquiry", "InquiryFileCells")
	inquiryFileTotals   = database.Query("inquiry", "InquiryFileTotals")
	inquiryCellLoans    = database.Query("inquiry", "InquiryCellLoans")
	inquiryLeftOutLoans = database.Query("inquiry", "InquiryLeftOutLoans")
	inquiryAnswersOpen  = database.Query("inquiry", "InquiryAnswersOpen")
	inquiryDisputesLeft = database.Query("inquiry", "InquiryDisputesLeft")
	inquiryFindingsLeft = database.Query("inquiry", "InquiryFindingsLeft")
	inquiryFilesWaiting = database.Query("inquiry", "InquiryFilesWaiting")
	inquiryLog          = database.Query("inquiry", "InquiryLog")
)

// MostMonthFiles bounds the files that a month shows: daily programs have many.
const MostMonthFiles = 200

// MonthFile is a file as the month shows it: where it is on its way, its balance, and what is open about it.
type MonthFile struct {
	FileRow
	Book     int64          `db:"book"` // loans of its program when it was written
	Calendar rules.Calendar `db:"calendar"`
	MadeBy   string         `db:"made_by"` // by hand; empty: by its night
	Boarded  bool           `db:"boarded"` // of the former servicer

	// The balance as it was signed; SignedBy is nil before.
	Before   *int64     `db:"before"`
	Last     *int64     `db:"last"`
	Here     *int64     `db:"here"`
	LeftOut  *int64     `db:"left_out"`
	Moved    *int64     `db:"moved"`
	SignedBy *string    `db:"signed_by"`
	SignedAt *time.Time `db:"signed_at"`

	LookedAt *time.Time `db:"looked_at"` // the last look before its release; nil: nobody has looked
	Found    *int64     `db:"found"`
	More     int64      `db:"more"` // found and not kept
	Grave    int64      `db:"grave"`
	Serious  int64      `db:"serious"`
	Slight   int64      `db:"slight"`
	Drift    int64      `db:"drift"` // of them by the rule of drift

	CountedAt     *time.Time `db:"counted_at"` // nil: not counted
	CountedBefore *int64     `db:"counted_before"`
	FileBefore    *int64     `db:"file_before"` // that it would be counted beside now

	Addresses       int64 `db:"addresses"`
	Delivered       int64 `db:"delivered"`
	ByHand          int64 `db:"by_hand"`
	AnswersOpen     int64 `db:"answers_open"` // what bureaus refused or changed of it
	AnswersAnswered int64 `db:"answers_answered"`

	ChangedBy string     `db:"changed_by"` // who changed its state last
	ChangedAt *time.Time `db:"changed_at"`
}

// Counts reports whether the file was not taken back.
func (f *MonthFile) Counts() bool { return f.State != "VOIDED" && f.State != "REJECTED" }

// Counted reports whether what was counted of the file is still beside the file before it.
func (f *MonthFile) Counted() bool {
	if f.CountedAt == nil {
		return false
	}
	a, b := f.CountedBefore, f.FileBefore
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// OpenFindings is how many findings are open.
func (f *MonthFile) OpenFindings() int64 { return f.Grave + f.Serious + f.Slight }

// NewestMonth returns the first day of the month of the newest file, else of the last night; 0 if there is neither.
func NewestMonth(ctx context.Context, db *sqlx.DB) (rules.Date, error) {
	var newest rules.Date
	if err := db.GetContext(ctx, &newest, inquiryMonthNewest); err != nil {
		return 0, fmt.Errorf("find the newest month: %w", err)
	}
	if newest == 0 {
		return 0, nil
	}
	return rules.NewDate(newest.Time().Year(), newest.Time().Month(), 1), nil
}

// driftRule is the rule that compares a file with the last ones (V23).
const driftRule = "V23"

// MonthFiles returns the files as of the dates of a month, by program and destination, the newest first; at most MostMonthFiles.
func MonthFiles(ctx context.Context, db *sqlx.DB, first, last rules.Date) ([]MonthFile, error) {
	files := []MonthFile{}
	if err := db.SelectContext(ctx, &files, inquiryMonthFiles, first, last, 0, driftRule, MostMonthFiles); err != nil {
		return nil, fmt.Errorf("read the files of %s to %s: %w", first, last, err)
	}
	return files, nil
}

// FileOfMonth returns a file by its number; ErrNotFound if there is none, or it is not written yet.
func FileOfMonth(ctx context.Context, db *sqlx.DB, file int64) (*MonthFile, error) {
	f := &MonthFile{}
	err := db.GetContext(ctx, f, inquiryMonthFiles, nil, nil, file, driftRule, 1)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("file %d: %w", file, err)
	}
	return f, nil
}

// LeftOutFor is how many loans a file leaves out for a reason, and how many of them the file before had.
type LeftOutFor struct {
	File     int64  `db:"file"`
	Reason   string `db:"reason"`
	Accounts int64  `db:"accounts"`
	OfLast   int64  `db:"of_last"`
}

// Reasons returns whom files leave out, by reason: as it was signed, else as it was counted. A file of which neither was done has none.
func Reasons(ctx context.Context, db *sqlx.DB, files []int64) (reasons []LeftOutFor, err error) {
	if err = db.SelectContext(ctx, &reasons, inquiryMonthReasons, database.IntArray(files)); err != nil {
		return nil, fmt.Errorf("read whom the files leave out: %w", err)
	}
	return reasons, nil
}

// Cell is how many accounts had a status in the file before and have one in this file; the status is empty where a file does not tell of
// them. Of those that this file leaves out it has the reason. Amounts are whole dollars, as this file tells them.
type Cell struct {
	Reason   string `db:"reason"`
	Was      string `db:"was"`
	Became   string `db:"became"`
	Accounts int64  `db:"accounts"`
	Balance  int64  `db:"balance"`
	PastDue  int64  `db:"past_due"`
}

// Cells returns what was counted of a file; nothing if it was not counted.
func Cells(ctx context.Context, db *sqlx.DB, file int64) (cells []Cell, err error) {
	if err = db.SelectContext(ctx, &cells, inquiryFileCells, file); err != nil {
		return nil, fmt.Errorf("read what was counted of file %d: %w", file, err)
	}
	return cells, nil
}

// FileTotal is what a file tells in all. Amounts are whole dollars, and 0 if it was not counted.
type FileTotal struct {
	File     int64      `db:"file"`
	AsOf     rules.Date `db:"as_of"`
	Records  int64      `db:"records"`
	Excluded int64      `db:"excluded"`
	Counted  bool       `db:"counted"`
	Balance  int64      `db:"balance"`
	PastDue  int64      `db:"past_due"`
}

// Totals returns the totals of a file and of the most-1 files before it of its destination that count, the newest first.
func Totals(ctx context.Context, db *sqlx.DB, file int64, most int) (totals []FileTotal, err error) {
	if err = db.SelectContext(ctx, &totals, inquiryFileTotals, file, most); err != nil {
		return nil, fmt.Errorf("read the totals of file %d: %w", file, err)
	}
	return totals, nil
}

// CellLoan is a loan of a cell. Its account number is masked; amounts are whole dollars.
type CellLoan struct {
	Key           int64  `db:"loan"`
	LoanID        string `db:"loan_id"`
	AccountNumber string `db:"account_number"`
	FromBalance   int64  `db:"from_balance"` // in the file before
	FromPastDue   int64  `db:"from_past_due"`
	Balance       int64  `db:"balance"`
	PastDue       int64  `db:"past_due"`
	Rule          string `db:"rule"`   // that decided the status, or that it is left out
	Detail        string `db:"detail"` // of one that is left out
}

// CellLoans lists the loans that had a status in the file before and have one in this file, in the order of the book, as they were
// counted. The key is the loan's.
func CellLoans(ctx context.Context, db *sqlx.DB, file int64, was, became string, p Page) (List[CellLoan], error) {
	return cellLoans(ctx, db, p, inquiryCellLoans, file, was, became)
}

// LeftOutLoans lists the loans that a file leaves out for a reason, in the order of the book, as they were counted. The key is the loan's.
func LeftOutLoans(ctx context.Context, db *sqlx.DB, file int64, reason string, p Page) (List[CellLoan], error) {
	return cellLoans(ctx, db, p, inquiryLeftOutLoans, file, reason)
}

func cellLoans(ctx context.Context, db *sqlx.DB, p Page, query string, args ...any) (List[CellLoan], error) {
	after, err := p.number()
	if err != nil {
		return List[CellLoan]{}, err
	}
	l, err := list(ctx, db, p, func(c *CellLoan) string { return fmt.Sprint(c.Key) }, query, append(args, after)...)
	if err != nil {
		return l, fmt.Errorf("read the loans of a cell: %w", err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// MostAnswers bounds the open answers that OpenAnswers reads.
const MostAnswers = 2000

// OpenAnswer is how many answers of bureaus are open at a destination (BR11).
type OpenAnswer struct {
	Program     string     `db:"program_id"`
	Destination string     `db:"destination"`
	Open        int64      `db:"open"`
	Told        int64      `db:"told"` // a file that is made and not sent yet answers them
	OldestOn    rules.Date `db:"oldest_on"`
	InFile      *int64     `db:"in_file"`
}

// OpenAnswers counts the open answers by destination, the first MostAnswers of them.
func OpenAnswers(ctx context.Context, db *sqlx.DB) (open []OpenAnswer, err error) {
	if err = db.SelectContext(ctx, &open, inquiryAnswersOpen, MostAnswers); err != nil {
		return nil, fmt.Errorf("count the open answers: %w", err)
	}
	return open, nil
}

// Left counts what is due by the days that are left.
type Left struct {
	Overdue int64       `db:"overdue"`
	Week    int64       `db:"week"` // due within seven days
	Later   int64       `db:"later"`
	NextOn  *rules.Date `db:"next_on"` // nil: nothing is due
}

// All is how many there are.
func (l Left) All() int64 { return l.Overdue + l.Week + l.Later }

// DisputesLeft counts the disputes that wait for their answer (BR10).
func DisputesLeft(ctx context.Context, db *sqlx.DB, today rules.Date) (l Left, err error) {
	if err = db.GetContext(ctx, &l, inquiryDisputesLeft, today, rules.AnswerDays); err != nil {
		return l, fmt.Errorf("count the disputes: %w", err)
	}
	return l, nil
}

// FindingsLeft counts the findings that are open.
func FindingsLeft(ctx context.Context, db *sqlx.DB, today rules.Date) (l Left, err error) {
	if err = db.GetContext(ctx, &l, inquiryFindingsLeft, today); err != nil {
		return l, fmt.Errorf("count the findings: %w", err)
	}
	return l, nil
}

// WaitingFile is a file that waits for a person or an address.
type WaitingFile struct {
	File        int64      `db:"file"`
	Program     string     `db:"program_id"`
	Destination string     `db:"destination"`
	AsOf        rules.Date `db:"as_of"`
	CreatedOn   rules.Date `db:"created_on"`
	State       string     `db:"state"`
	Undelivered int64      `db:"undelivered"` // addresses that have not got it
}

// FilesWaiting lists the oldest files that are not released, not sent or not accepted.
func FilesWaiting(ctx context.Context, db *sqlx.DB, most int) (files []WaitingFile, err error) {
	if err = db.SelectContext(ctx, &files, inquiryFilesWaiting, most); err != nil {
		return nil, fmt.Errorf("find the files that wait: %w", err)
	}
	return files, nil
}

// Log is the state of the log of the record.
type Log struct {
	Entries int64  `db:"entries"`
	Signed  *int64 `db:"signed"` // that the newest signed head knows; nil: there is no head
	Older   int64  `db:"older"`  // files from before the log that are not in it yet
}

// LogState returns the state of the log of the record.
func LogState(ctx context.Context, db *sqlx.DB) (l Log, err error) {
	if err = db.GetContext(ctx, &l, inquiryLog); err != nil {
		return l, fmt.Errorf("read the state of the log: %w", err)
	}
	return l, nil
}
