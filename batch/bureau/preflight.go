package bureau

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Preflight looks at files before they are released, by the rules of rules.Violations: at each of their records beside the book as it reads
// now and beside what earlier files said, at what they leave out, and at each file as a whole beside the last ones. The files that one run
// made are looked at in one pass over the book.
type Preflight struct {
	Vault  book.Vault
	Limits rules.DriftLimits
	Who    string
	Now    time.Time
	Most   int // findings that are kept of a file; default 100,000. The others are counted

	Progress func(done, of int) // hears of each chunk of the book that was looked at, one at a time; nil: nobody
}

// ErrNoRecords: the database does not have all records of the file any more.
var ErrNoRecords = errors.New("the records of the file are not kept")

// keptFindings is the default of Most.
const keptFindings = 100_000

// found is what a look at a file has found.
type found struct {
	file     lookedAt
	records  int64 // that the database has of it
	accounts int64
	rows     []findingRow
	more     int64
	profile  *rules.FileProfile
}

// add adds what was found in a part of the file. Of more than most findings the gravest are kept, and the same ones in whatever order
// the parts come.
func (f *found) add(rows []findingRow, most int) {
	if f.rows = append(f.rows, rows...); len(f.rows) > 2*most {
		f.cut(most)
	}
}

// cut puts the findings in order, each once, and lets go of those beyond most.
func (f *found) cut(most int) {
	slices.SortFunc(f.rows, findingRow.compare)
	f.rows = slices.CompactFunc(f.rows, func(a, b findingRow) bool { return a.key() == b.key() })
	if beyond := len(f.rows) - most; beyond > 0 {
		f.rows, f.more = f.rows[:most], f.more+int64(beyond)
	}
}

// end compares the file with the ones before it, and puts what was found in order.
func (f *found) end(ctx context.Context, db *sqlx.DB, limits rules.DriftLimits, most int) error {
	if f.records != f.file.Records { // what is not there would be taken for what the file leaves out
		return fmt.Errorf("%w: it has %d of %d", ErrNoRecords, f.records, f.file.Records)
	}
	drift, err := f.file.drift(ctx, db, f.profile, limits)
	f.add(drift, most)
	f.cut(most)
	return err
}

// findingRow is a row for FindingAdd.
type findingRow struct {
	Loan  int64      `json:"loan"`
	Rule  string     `json:"rule"`
	About string     `json:"about"`
	Harm  rules.Harm `json:"harm"`
	Says  string     `json:"says"`
	Days  int        `json:"days"` // until it is due
}

// compare orders findings, the gravest first.
func (r findingRow) compare(o findingRow) int {
	return cmp.Or(
		cmp.Compare(slices.Index(harms, r.Harm), slices.Index(harms, o.Harm)), strings.Compare(r.Rule, o.Rule), cmp.Compare(r.Loan, o.Loan),
		strings.Compare(r.About, o.About), strings.Compare(r.Says, o.Says))
}

// harms are the harms of findings, the gravest first.
var harms = []rules.Harm{rules.Grave, rules.Serious, rules.Slight}

func (r findingRow) key() findingKey { return findingKey{r.Loan, r.Rule, r.About} }

type findingKey struct {
	loan        int64
	rule, about string
}

// dueDays is how long a person has for a finding.
var dueDays = map[rules.Harm]int{rules.Grave: 7, rules.Serious: 30, rules.Slight: 60}

func newFinding(loan int64, v rules.Violated) findingRow {
	harm := rules.ViolationByID(v.Rule).Harm
	return findingRow{Loan: loan, Rule: v.Rule, About: v.About, Harm: harm, Says: v.Says, Days: dueDays[harm]}
}

// lookedAt is a file as PreflightFile reads it.
type lookedAt struct {
	Building
	State          State      `db:"state"`
	SHA256         string     `db:"sha256"`
	Records        int64      `db:"records"`
	DisputeAddress string     `db:"dispute_address"`
	Today          rules.Date `db:"today"`
}

// open reads files, and puts those together that one run made as of one date: the book is read once for all of them.
func (p Preflight) open(ctx context.Context, db *sqlx.DB, files []int64) (looks [][]*found, err error) {
	for _, file := range files {
		f := &found{}
		err := db.GetContext(ctx, &f.file, preflightFile, file)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			err = ErrNoFile
		case err == nil && f.file.SHA256 == "":
			err = fmt.Errorf("%w: it is not written yet", ErrState)
		}
		if err != nil {
			return nil, notLooked(file, err)
		}
		f.profile = rules.NewFileProfile(file, f.file.AsOf)
		i := slices.IndexFunc(looks, func(l []*found) bool { return l[0].file.Run == f.file.Run && l[0].file.AsOf == f.file.AsOf })
		if i < 0 {
			looks, i = append(looks, nil), len(looks)
		}
		looks[i] = append(looks[i], f)
	}
	return looks, nil
}

func notLooked(file int64, err error) error {
	return fmt.Errorf("look at file %d before its release: %w", file, err)
}

// read reads the book for files that one run made as of one date. The chunks that made them are looked at side by side, each of its own
// moment, as nights decide them.
func (p Preflight) read(ctx context.Context, db *sqlx.DB, files []*found) error {
	var chunks []batch.Chunk
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		chunks, err = batch.ChunksOf(ctx, tx, files[0].file.Run, ExportStep)
		return err
	})
	if err != nil {
		return err
	}
	var alone sync.Mutex
	done := 0
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	group.Go(func() error {
		rows, err := lookWhole(groupCtx, db, files)
		alone.Lock()
		defer alone.Unlock()
		for i, f := range files {
			f.add(rows[i], p.Most)
		}
		return err
	})
	for _, c := range chunks {
		group.Go(func() error {
			l := p.lookAt(files)
			if err := database.InTx(groupCtx, db, func(tx *sqlx.Tx) error { return l.read(groupCtx, tx, c) }); err != nil {
				return fmt.Errorf("chunk %d: %w", c.Seq, err)
			}
			alone.Lock()
			defer alone.Unlock()
			for i, part := range l.files {
				part.give(files[i], p.Most)
			}
			if done++; p.Progress != nil {
				p.Progress(done, len(chunks))
			}
			return nil
		})
	}
	return group.Wait()
}

// look calls do with what it finds in each of some files, and changes nothing. One whose records were let go does not keep it from the others.
func (p Preflight) look(ctx context.Context, db *sqlx.DB, files []int64, do func(*found) error) error {
	if p.Most == 0 {
		p.Most = keptFindings
	}
	looks, err := p.open(ctx, db, files)
	if err != nil {
		return err
	}
	var gone error
	for i, look := range looks {
		looks[i] = nil // what is found is let go when it is done with
		if err := p.read(ctx, db, look); err != nil {
			return errors.Join(gone, fmt.Errorf("look at the files of run %d before their release: %w", look[0].file.Run, err))
		}
		for _, f := range look {
			err := f.end(ctx, db, p.Limits, p.Most)
			if err == nil {
				err = do(f)
			}
			switch {
			case errors.Is(err, ErrNoRecords):
				gone = errors.Join(gone, notLooked(f.file.File, err))
			case err != nil:
				return errors.Join(gone, notLooked(f.file.File, err))
			}
		}
	}
	return gone
}

// FoundRule is what was found by one rule.
type FoundRule struct {
	Rule    string     `json:"rule" db:"rule"`
	Harm    rules.Harm `json:"harm" db:"harm"`
	Found   int64      `json:"found" db:"found"`
	Open    int64      `json:"open" db:"open"` // neither accepted nor fixed
	Example string     `json:"example" db:"example"`
}

// PreflightSummary is what a look at a file has found.
type PreflightSummary struct {
	File     int64       `json:"file"`
	Program  string      `json:"program"`
	AsOf     rules.Date  `json:"as_of"`
	Accounts int64       `json:"accounts"` // that were looked at, also those that the file leaves out
	More     int64       `json:"more"`     // findings that are not kept
	Rules    []FoundRule `json:"rules"`
}

// Open is how many findings of a harm are open.
func (s *PreflightSummary) Open(harm rules.Harm) (n int64) {
	for _, r := range s.Rules {
		if r.Harm == harm {
			n += r.Open
		}
	}
	return n
}

// Run looks at files and keeps what it finds, one file after the other. What it returns is durable; the same look again changes nothing.
// It returns ErrNoFile, ErrState for a file that is not written yet, or ErrNoRecords for one whose records were let go.
func (p Preflight) Run(ctx context.Context, db *sqlx.DB, files ...int64) (summaries []*PreflightSummary, err error) {
	err = p.look(ctx, db, files, func(f *found) error {
		var s *PreflightSummary
		err := database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			s, err = p.keep(ctx, tx, f)
			return err
		})
		if err == nil {
			_, err = CountFile(ctx, db, f.file.File, p.Now)
		}
		if err == nil {
			summaries = append(summaries, s)
		}
		return err
	})
	return summaries, err
}

// GeneratedFiles returns the files that wait for their release, oldest first.
func GeneratedFiles(ctx context.Context, db *sqlx.DB) (files []int64, err error) {
	err = db.SelectContext(ctx, &files, preflightGenerated)
	return files, err
}
