package bureau

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/renameio/v2"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// The states and the folder of what was boarded: a file of the former servicer counts as one of ours does, and none of our moves but
// voiding is for it.
const (
	BoardedState State = "BOARDED"
	BoardedDir         = "boarded" // in the folder of the files
)

// Errors of Board. With any of them nothing has changed.
var (
	// ErrBoard: a file cannot be boarded, or not now.
	ErrBoard = errors.New("the file cannot be boarded")
	// ErrMisfits: too many of its records fit no loan.
	ErrMisfits = errors.New("too many of its records fit no loan")
)

// Boarding asks to board files of the former servicer.
type Boarding struct {
	Program  string
	Paths    []string
	Who, Why string

	MaxMisfits float64 // in a hundred records of a file
	AnyTrailer bool    // take a file whose trailer is missing or counts other records
	DryRun     bool    // say what would be boarded, and board nothing
}

// Boarded is a file that was boarded at one destination.
type Boarded struct {
	File        int64         `json:"file" db:"file"`
	Destination string        `json:"destination" db:"destination"`
	AsOf        rules.Date    `json:"as_of" db:"as_of"`
	GivenName   string        `json:"given_name" db:"given_name"`
	Path        string        `json:"path" db:"path"`
	Given       int64         `json:"records" db:"given"`
	Boarded     int64         `json:"boarded" db:"boarded"`
	Deletions   int64         `json:"deletions" db:"deletions"`
	Missing     int64         `json:"loans_without_record" db:"missing"`
	Known       bool          `json:"known"` // it was boarded before, and nothing changed
	Reasons     []BoardReason `json:"reasons"`
	Listed      []BoardMisfit `json:"accounts"` // the first MaxBoardListed
}

// BoardReason is how many accounts of a file a person must look at for a reason.
type BoardReason struct {
	Reason   string `json:"reason" db:"reason"`
	Accounts int64  `json:"accounts" db:"accounts"`
}

// BoardMisfit is an account that a person must look at.
type BoardMisfit struct {
	Record        int64  `json:"record" db:"record_number"`
	LoanID        string `json:"loan_id" db:"loan_id"` // empty: none
	AccountNumber string `json:"-" db:"account_number"`
	Reason        string `json:"reason" db:"reason"`
	Detail        string `json:"detail" db:"detail"`
}

// MaxBoardListed is how many accounts of a file are listed; the database has all of them.
const MaxBoardListed = 10_000

// Misfits is how many records fit no loan.
func (b *Boarded) Misfits() (n int64) {
	for _, r := range b.Reasons {
		if r.Reason != rules.BoardNoDOFD {
			n += r.Accounts
		}
	}
	return n
}

// Board takes files of a program's former servicer into the book, oldest first, each at every destination of the program: what they
// said of a loan is what our next file goes by (BR4, Q21), their deletions are made (DC2), and the first of our own is compared with the last of
// them. Records that fit no loan of the program are listed, and so are those that are late or charged off without a date of first delinquency, which the next file
// holds (BR12).
//
// It holds the book, and all of it is one transaction. Killed, it has boarded nothing, and what it left in the folder goes with the next
// call. A file that was boarded before changes nothing. The records that fit are kept as
// those of our own files, in account order, and lie in the folder BoardedDir. It is refused once a file of our own counts, and for a file that
// is older than one that was boarded before.
//
// Errors to branch on: ErrBoard, ErrMisfits with the files that were read, ErrFolder, and those of batch.BetweenNights.
func (f Files) Board(ctx context.Context, db, direct *sqlx.DB, b Boarding, now time.Time) (done []Boarded, err error) {
	w := &boarder{Files: f, Boarding: b, now: now}
	defer func() { err = errors.Join(err, w.clean(err == nil)) }()
	err = batch.BetweenNights(ctx, db, direct, func(ctx context.Context, tx *sqlx.Tx) (err error) {
		if err = f.sweepBoarded(ctx, tx); err != nil {
			return err
		}
		if done, err = w.all(ctx, tx); err != nil {
			return err
		}
		if b.DryRun {
			return errPreview
		}
		return w.place()
	})
	if b.DryRun && errors.Is(err, errPreview) {
		return done, nil
	}
	if err != nil {
		return done, fmt.Errorf("board for program %s: %w", b.Program, err)
	}
	return done, nil
}

// boarder boards the files of one call.
type boarder struct {
	Files
	Boarding
	now     time.Time
	program struct {
		Program   int64  `db:"program"`
		ProgramID string `db:"program_id"`
		LastLoan  int64  `db:"last_loan"`
		Own       int64  `db:"own"`
	}
	destinations []boardDestination
	known        []boardKnown
	drafts       []*renameio.PendingFile
	notes        []string // paths: what gets its name before its row commits is noted beside it
	placed       bool     // the files have their names
}

type boardDestination struct {
	Destination int64  `db:"destination"`
	Name        string `db:"name"`
}

// boardKnown is a file that was boarded before.
type boardKnown struct {
	File   int64      `db:"file"`
	AsOf   rules.Date `db:"as_of"`
	SHA256 string     `db:"sha256"`
}

// givenFile is a file as it was given.
type givenFile struct {
	path   string
	sha256 string
	header metro2.Header
	asOf   rules.Date
}

func refuseBoarding(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBoard, fmt.Sprintf(format, args...))
}

// all boards the files of a call.
func (w *boarder) all(ctx context.Context, tx *sqlx.Tx) (done []Boarded, err error) {
	if err := w.read(ctx, tx); err != nil {
		return nil, err
	}
	given := make([]givenFile, 0, len(w.Paths))
	for _, path := range w.Paths {
		g, err := openGiven(path)
		if err != nil {
			return nil, err
		}
		given = append(given, g)
	}
	slices.SortStableFunc(given, func(a, b givenFile) int { return cmp.Compare(a.asOf, b.asOf) })
	for i := range given {
		files, err := w.one(ctx, tx, &given[i])
		done = append(done, files...)
		if err != nil {
			return done, fmt.Errorf("%s: %w", filepath.Base(given[i].path), err)
		}
	}
	return done, nil
}

// read reads the program, and what was boarded before.
func (w *boarder) read(ctx context.Context, tx *sqlx.Tx) error {
	err := tx.GetContext(ctx, &w.program, boardProgram, w.Program)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return refuseBoarding("there is no program %q", w.Program)
	case err != nil:
		return err
	case w.program.Own > 0:
		return refuseBoarding("files of our own that count for the program: %d; they were made without it", w.program.Own)
	}
	if err := tx.SelectContext(ctx, &w.destinations, boardDestinations, w.program.Program); err != nil {
		return err
	}
	return tx.SelectContext(ctx, &w.known, boardKnownFiles, w.program.Program)
}

// openGiven reads the header of a file, and its SHA-256.
func openGiven(path string) (g givenFile, err error) {
	g.path = path
	file, err := os.Open(path)
	if err != nil {
		return g, fmt.Errorf("%w: %w", ErrBoard, err)
	}
	defer file.Close()
	item, err := metro2.NewReader(file).Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return g, err
	}
	if err != nil || item.Kind != metro2.KindHeader {
		return g, refuseBoarding("%s does not begin with the header of a Metro 2 file", filepath.Base(path))
	}
	g.header = *item.Header
	if g.asOf = givenDate(g.header.ActivityDate); g.asOf == 0 {
		return g, refuseBoarding("the header of %s has no activity date", filepath.Base(path))
	}
	g.sha256, err = hashFile(path)
	return g, err
}

// givenDate is a date of a record, 0 for none.
func givenDate(d metro2.Date) rules.Date {
	if !d.Valid() {
		return 0
	}
	return rules.NewDate(d.Year(), time.Month(d.Month()), d.Day())
}

// one boards a file at each destination.
func (w *boarder) one(ctx context.Context, tx *sqlx.Tx, g *givenFile) (done []Boarded, err error) {
	for _, known := range w.known {
		switch {
		case known.SHA256 == g.sha256:
			b, err := summarize(ctx, tx, known.File)
			b.Known = true
			done = append(done, b)
			if err != nil {
				return done, err
			}
		case known.AsOf == g.asOf:
			return nil, refuseBoarding("file %d, another one as of %s, was boarded", known.File, g.asOf)
		}
	}
	if len(done) > 0 {
		return done, nil
	}
	if len(w.known) > 0 && w.known[0].AsOf > g.asOf {
		return nil, refuseBoarding("it is as of %s, and file %d of %s was boarded before it: void that one, then board all, oldest first",
			g.asOf, w.known[0].File, w.known[0].AsOf)
	}
	if today := rules.DateOf(w.now); g.asOf > today {
		return nil, refuseBoarding("it is as of %s, after today", g.asOf)
	}
	r := &boarding{boarder: w, given: g}
	if len(w.known) > 0 {
		r.before = w.known[0].File
	}
	if err := r.plan(ctx, tx); err != nil {
		return nil, err
	}
	if err := r.records(ctx, tx); err != nil {
		return nil, err
	}
	for i := range r.files {
		if err := r.finish(ctx, tx, &r.files[i]); err != nil {
			return nil, err
		}
		b, err := summarize(ctx, tx, r.files[i].File)
		if err != nil {
			return nil, err
		}
		done = append(done, b)
		w.known = slices.Insert(w.known, 0, boardKnown{b.File, g.asOf, g.sha256})
	}
	if n := done[0].Misfits(); float64(n)*100 > w.MaxMisfits*float64(r.count) {
		return done, fmt.Errorf("%w: %d of %d", ErrMisfits, n, r.count)
	}
	return done, nil
}

// plan notes the files that are being read.
func (r *boarding) plan(ctx context.Context, tx *sqlx.Tx) error {
	created := givenDate(r.given.header.DateCreated)
	if created == 0 {
		created = r.given.asOf
	}
	for _, d := range r.destinations {
		b := Building{
			Program: r.program.Program, ProgramID: r.program.ProgramID, Destination: d.Destination, DestinationName: d.Name,
			Several: len(r.destinations) > 1, AsOf: r.given.asOf,
		}
		if err := tx.GetContext(ctx, &b.File, boardFile, b.Program, b.Destination, b.AsOf, created); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, boardGiven, b.File, r.program.LastLoan, filepath.Base(r.given.path), r.given.sha256, r.Who, r.Why, r.now)
		if err == nil {
			_, err = tx.ExecContext(ctx, fileEventAdd, b.File, BoardedState, r.Who, r.Why, r.now, pq.Array([]string{}))
		}
		if err != nil {
			return err
		}
		r.files = append(r.files, b)
	}
	return nil
}

// records reads the records of a file, a batch at a time.
func (r *boarding) records(ctx context.Context, tx *sqlx.Tx) error {
	file, err := os.Open(r.given.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBoard, err)
	}
	defer file.Close()
	hash := sha256.New()
	in := io.TeeReader(file, hash)
	reader := metro2.NewReader(in)
	counted := int64(-1)
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch item.Kind {
		case metro2.KindData:
			r.count++
			r.take(item)
			if len(r.batch)+len(r.misfits) >= boardBatch {
				if err := r.write(ctx, tx); err != nil {
					return err
				}
			}
		case metro2.KindTrailer:
			counted = int64(item.Trailer.TotalBase)
		}
	}
	if counted != r.count && !r.AnyTrailer {
		if counted < 0 {
			return refuseBoarding("it has no trailer: it may have been cut")
		}
		return refuseBoarding("its trailer counts %d records, it has %d: it may have been cut", counted, r.count)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != r.given.sha256 {
		return refuseBoarding("it changed while it was read")
	}
	return r.write(ctx, tx)
}

// finish writes the records that fit as a file of account order, under a temporary name, and notes it.
func (r *boarding) finish(ctx context.Context, tx *sqlx.Tx, b *Building) error {
	dir, err := filepath.Abs(filepath.Join(r.Dir, BoardedDir))
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	path := filepath.Join(dir, b.Name())
	if err := notePlacing(ctx, tx, path); err != nil {
		return err
	}
	r.notes = append(r.notes, filepath.Join(dir, placing+b.Name()))
	draft, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(0o600))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	r.drafts = append(r.drafts, draft)
	if err := proveBoarded(ctx, tx, b.File); err != nil {
		return err
	}
	inside := func(_ context.Context, work func(tx *sqlx.Tx) error) error { return work(tx) }
	w, err := source{inside, r.Vault, b.File}.stream(ctx, draft, func([]byte) metro2.Header { return r.given.header }, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBoard, err)
	}
	if err := draft.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	sum, err := hashFile(draft.Name())
	if err != nil {
		return err
	}
	head, err := headerLine(w.header)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, boardDone, b.File, b.Name(), path, sum, w.bytes, w.records, database.IntArray(w.marks), string(head), r.count)
	return err
}

// place gives the files their names. Their notes stay until their rows are committed.
func (w *boarder) place() error {
	w.placed = true
	for _, draft := range w.drafts {
		if err := draft.CloseAtomicallyReplace(); err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	if len(w.drafts) == 0 {
		return nil
	}
	return syncDir(filepath.Join(w.Dir, BoardedDir))
}

// clean removes the files that did not get their names, and the notes. Those of files that have their names and whose rows may have been
// committed, or not, stay: the next call knows.
func (w *boarder) clean(committed bool) (err error) {
	for _, draft := range w.drafts {
		err = errors.Join(err, draft.Cleanup())
	}
	if w.placed && !committed {
		return err
	}
	for _, note := range w.notes {
		err = errors.Join(err, os.Remove(note))
	}
	return err
}

// sweepBoarded removes what a boarding that was killed left in its folder. Only who holds the book may call it.
func (f Files) sweepBoarded(ctx context.Context, q sqlx.QueryerContext) error {
	dir := filepath.Join(f.Dir, BoardedDir)
	names, err := Files{Dir: dir}.placed(ctx, q)
	if err != nil {
		return err
	}
	for _, name := range names {
		var known bool
		if err := sqlx.GetContext(ctx, q, &known, fileNamed, name); err != nil {
			return fmt.Errorf("look for %s: %w", name, err)
		}
		path := filepath.Join(dir, name)
		err := removeRemains(path)
		if err == nil && !known {
			if err = os.Remove(path); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
		if err == nil {
			err = os.Remove(filepath.Join(dir, placing+name))
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

// summarize reads what became of a file.
func summarize(ctx context.Context, tx *sqlx.Tx, file int64) (b Boarded, err error) {
	b.Reasons, b.Listed = []BoardReason{}, []BoardMisfit{}
	if err = tx.GetContext(ctx, &b, boardSummary, file); err == nil {
		err = tx.SelectContext(ctx, &b.Reasons, boardReasons, file)
	}
	if err == nil {
		err = tx.SelectContext(ctx, &b.Listed, boardListed, file, MaxBoardListed)
	}
	return b, err
}
