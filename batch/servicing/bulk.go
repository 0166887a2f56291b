package servicing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/furnisher/furnisher/rules"
)

// BulkStage is how far a file of operations is taken.
type BulkStage string

// A file of operations is validated, ingested and verified, unless only one of the ends is asked for.
const (
	BulkWhole    BulkStage = ""
	BulkValidate BulkStage = "validate" // hold each row against what its action takes; nothing is done
	BulkVerify   BulkStage = "verify"   // look each row up in the ledger; nothing is done
)

// BulkRequest asks to do what the rows of a CSV file ask for, each row by itself (BulkActions).
type BulkRequest struct {
	Order     // Why is that of rows that give none; the keys are those of the rows
	File      io.ReadSeeker
	Stage     BulkStage
	Tolerates func(bad, rows int64) bool // whether a file with so many bad rows is begun; nil: only without any
	May       func(Role) bool            // whether who asks may do what a role may; nil: everything
	Report    func(BulkRow) error        // told of each row once; nil: nobody
}

// BulkOutcome is what became of a row.
type BulkOutcome string

// What becomes of rows.
const (
	RowValid     BulkOutcome = "valid"     // its form is right
	RowRejected  BulkOutcome = "rejected"  // its form is wrong, whatever the book holds
	RowDone      BulkOutcome = "done"      // done now, or by a verification found in the ledger
	RowRepeated  BulkOutcome = "repeated"  // done before, with its key
	RowUnchanged BulkOutcome = "unchanged" // it was so before
	RowRefused   BulkOutcome = "refused"   // as things are
	RowMissing   BulkOutcome = "missing"   // by a verification not found in the ledger
)

// BulkRow is what a report says of a row. It repeats nothing of the row but its action and its key, and of a rejected row only its line:
// the columns may have slipped.
type BulkRow struct {
	Line      int         `json:"line"`
	Action    string      `json:"action,omitempty"`
	Key       string      `json:"key,omitempty"`
	Outcome   BulkOutcome `json:"outcome"`
	Operation int64       `json:"operation,omitempty"`
	Why       string      `json:"why,omitempty"`
}

// BulkSummary is what became of a file.
type BulkSummary struct {
	DryRun    bool  `json:"dry_run"`
	Begun     bool  `json:"begun"` // no row is too bad, and more than one end was asked for
	Read      int64 `json:"read"`
	Rejected  int64 `json:"rejected"`
	Done      int64 `json:"done"`
	Repeated  int64 `json:"repeated"`
	Unchanged int64 `json:"unchanged"`
	Refused   int64 `json:"refused"`
	Verified  int64 `json:"verified"` // found in the ledger
	Missing   int64 `json:"missing"`  // not found there
	Outcomes[BulkRow]
}

// Outcomes are the first rows of a report that a person must see, and how many there are besides.
type Outcomes[T any] struct {
	Rows          []T `json:"rows"`
	RowsNotListed int `json:"rows_not_listed"`
}

// maxOutcomes bounds Outcomes.Rows.
const maxOutcomes = 1000

func (o *Outcomes[T]) add(row T) {
	if len(o.Rows) < maxOutcomes {
		o.Rows = append(o.Rows, row)
	} else {
		o.RowsNotListed++
	}
}

// Errors of files of operations besides those of operations.
var (
	// ErrBulkFile: the file is not one of operations; nothing was done.
	ErrBulkFile = errors.New("not a file of operations")
	// ErrBulkRejected: too many rows are bad; nothing was done.
	ErrBulkRejected = errors.New("too many bad rows")
	// ErrBulkMissing: rows that were told done are not in the ledger.
	ErrBulkMissing = errors.New("operations are missing from the ledger")
)

// Bulk does the operations of a file in its order, in three stages: every row is held against what its action takes; if few enough are
// bad, each other one is done in a transaction of its own, as by itself; then each is looked up in the ledger. A row that is refused
// stops no other (CD2). Interrupted at any row, the same file again does the rest: what has a key is done once. A dry run takes each
// row back before the next one.
//
// Errors to branch on: ErrBulkFile, ErrBulkRejected, ErrBulkMissing, ErrInvalid, ErrBusy. The summary says what was done until then.
func (d *Desk) Bulk(ctx context.Context, r BulkRequest) (*BulkSummary, error) {
	b := &bulk{desk: d, BulkRequest: r, sum: BulkSummary{DryRun: r.DryRun, Outcomes: Outcomes[BulkRow]{Rows: []BulkRow{}}}}
	stages := []func(context.Context, *bulkRow) error{b.validate, b.ingest, b.verify}
	switch {
	case r.Stage == BulkValidate:
		stages = stages[:1]
	case r.Stage == BulkVerify:
		stages = stages[2:]
	case r.DryRun:
		stages = stages[:2]
	}
	if err := r.Order.validate(); err != nil {
		return nil, err
	}
	for i, stage := range stages {
		if err := b.eachRow(ctx, stage); err != nil {
			return &b.sum, err
		}
		if i > 0 || r.Stage == BulkVerify {
			continue
		}
		if b.sum.Rejected > 0 && (r.Tolerates == nil || !r.Tolerates(b.sum.Rejected, b.sum.Read)) {
			return &b.sum, fmt.Errorf("%w: %d of %d", ErrBulkRejected, b.sum.Rejected, b.sum.Read)
		}
		b.sum.Begun = len(stages) > 1
	}
	if lost := b.sum.Done + b.sum.Repeated + b.sum.Unchanged - b.sum.Verified; len(stages) == 3 && lost > 0 {
		return &b.sum, fmt.Errorf("%w: %d", ErrBulkMissing, lost)
	}
	return &b.sum, nil
}

// bulk is a file of operations under way.
type bulk struct {
	BulkRequest
	desk *Desk
	sum  BulkSummary
}

// note counts and reports what became of a row.
func (b *bulk) note(row *bulkRow, outcome BulkOutcome, operation int64, why string) error {
	told := BulkRow{Line: row.line, Action: row.action.Name, Key: row.order.Key, Outcome: outcome, Operation: operation, Why: row.without(why)}
	counter := map[BulkOutcome]*int64{
		RowRejected: &b.sum.Rejected, RowDone: &b.sum.Done, RowRepeated: &b.sum.Repeated, RowUnchanged: &b.sum.Unchanged,
		RowRefused: &b.sum.Refused, RowMissing: &b.sum.Missing,
	}[outcome]
	if counter != nil {
		*counter++
	}
	switch outcome {
	case RowRejected:
		told.Action, told.Key = "", ""
		b.sum.add(told)
	case RowRefused, RowMissing:
		b.sum.add(told)
	}
	if b.Report == nil {
		return nil
	}
	return b.Report(told)
}

// validate is the first stage for a row.
func (b *bulk) validate(_ context.Context, row *bulkRow) error {
	b.sum.Read++
	switch {
	case row.bad != "":
		return b.note(row, RowRejected, 0, row.bad)
	case b.Stage == BulkValidate:
		return b.note(row, RowValid, 0, "")
	}
	return nil
}

// ingest is the second stage for a row.
func (b *bulk) ingest(ctx context.Context, row *bulkRow) error {
	if row.bad != "" {
		return nil
	}
	done, err := row.action.do(ctx, b.desk, row.order, row.cells)
	if why, is := fault(err); is {
		return b.note(row, RowRefused, 0, why)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", row.line, err)
	}
	outcome := RowDone
	if same, is := done.(interface{ unchanged() bool }); is && same.unchanged() {
		outcome = RowUnchanged
	}
	if done.receipt().Repeated {
		outcome = RowRepeated
	}
	return b.note(row, outcome, done.receipt().Operation, "")
}

// verify is the third stage for a row. By itself it also reports.
func (b *bulk) verify(ctx context.Context, row *bulkRow) error {
	alone := b.Stage == BulkVerify
	if alone {
		b.sum.Read++
	}
	if row.bad != "" {
		if alone {
			return b.note(row, RowRejected, 0, row.bad)
		}
		return nil
	}
	order := row.order
	order.only = recallOnly
	done, err := row.action.do(ctx, b.desk, order, row.cells)
	switch {
	case err == nil:
		b.sum.Verified++
		if alone && b.Report != nil {
			return b.Report(BulkRow{Line: row.line, Action: row.action.Name, Key: order.Key, Outcome: RowDone, Operation: done.receipt().Operation})
		}
		return nil
	case !errors.Is(err, errNotDone) && !errors.Is(err, ErrKeyUsed):
		return fmt.Errorf("line %d: %w", row.line, err)
	case alone:
		return b.note(row, RowMissing, 0, "the ledger has no such operation with this key")
	}
	return nil
}

// fault says why an operation was not done, if the request or the book is to blame and not the machine.
func fault(err error) (why string, is bool) {
	if refusal, is := errors.AsType[*rules.Refusal](err); is {
		return refusal.Error(), true
	}
	for _, of := range []error{ErrInvalid, ErrUnknown, ErrRefused, ErrKeyUsed, ErrForbidden} {
		if !errors.Is(err, of) {
			continue
		}
		text := err.Error()
		if at := strings.Index(text, of.Error()); at > 0 {
			text = text[at:]
		}
		return text, true
	}
	return "", false
}

// without is a text without what the row said.
func (row *bulkRow) without(text string) string {
	said := slices.Clone(row.said)
	slices.SortFunc(said, func(x, y string) int { return len(y) - len(x) })
	for _, value := range said {
		if len(value) < shortestSaid {
			continue
		}
		text = strings.ReplaceAll(text, value, "…")
		text = strings.ReplaceAll(text, strings.Trim(strconv.Quote(value), `"`), "…")
	}
	return text
}

// shortestSaid is the length from which a value tells something.
const shortestSaid = 3
