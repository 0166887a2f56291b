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
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Preflight looks at a file before it is released, by the rules of rules.Violations: at each of its records beside the book as it reads
// now and beside what earlier files said, at what it leaves out, and at the file as a whole beside the last ones.
type Preflight struct {
	Vault  book.Vault
	Limits rules.DriftLimits
	Who    string
	Now    time.Time
	Most   int // findings that are kept of a file; default 100,000. The others are counted
}

// ErrNoRecords: the database does not have all records of the file any more.
var ErrNoRecords = errors.New("the records of the file are not kept")

// keptFindings is the default of Most.
const keptFindings = 100_000

// found is what a look at a file has found.
type found struct {
	file     lookedAt
	accounts int64
	rows     []findingRow
	more     int64
	profile  *rules.FileProfile
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

// look reads the file and the book, and changes nothing. The chunks that made the file are looked at side by side, each of its own
// moment, as nights decide them.
func (p Preflight) look(ctx context.Context, db *sqlx.DB, file int64) (*found, error) {
	f := &found{}
	var chunks []batch.Chunk
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) (err error) {
		if err := tx.GetContext(ctx, &f.file, preflightFile, file); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				err = ErrNoFile
			}
			return err
		}
		if f.file.SHA256 == "" {
			return fmt.Errorf("%w: it is not written yet", ErrState)
		}
		chunks, err = batch.ChunksOf(ctx, tx, f.file.Run, ExportStep)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.profile = rules.NewFileProfile(file, f.file.AsOf)
	most := p.Most
	if most == 0 {
		most = keptFindings
	}
	var alone sync.Mutex
	var kept atomic.Int64
	add := func(rows []findingRow, accounts int64, profile *rules.FileProfile) {
		alone.Lock()
		defer alone.Unlock()
		f.accounts += accounts
		kept := min(len(rows), max(0, most-len(f.rows)))
		f.rows, f.more = append(f.rows, rows[:kept]...), f.more+int64(len(rows)-kept)
		if profile != nil {
			f.profile.Merge(profile)
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	group.Go(func() error {
		rows, err := f.file.whole(groupCtx, db)
		add(rows, 0, nil)
		return err
	})
	for _, c := range chunks {
		group.Go(func() error {
			l := chunkLook{file: &f.file, vault: p.Vault, profile: rules.NewFileProfile(file, f.file.AsOf)}
			if err := database.InTx(groupCtx, db, func(tx *sqlx.Tx) error { return l.read(groupCtx, tx, c) }); err != nil {
				return fmt.Errorf("chunk %d: %w", c.Seq, err)
			}
			add(l.rows, l.accounts, l.profile)
			kept.Add(int64(len(l.records)))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if n := kept.Load(); n != f.file.Records { // what is not there would be taken for what the file leaves out
		return nil, fmt.Errorf("%w: it has %d of %d", ErrNoRecords, n, f.file.Records)
	}
	drift, err := f.file.drift(ctx, db, f.profile, p.Limits)
	add(drift, 0, nil)
	slices.SortFunc(f.rows, func(a, b findingRow) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), cmp.Compare(a.Loan, b.Loan), strings.Compare(a.About, b.About))
	})
	f.rows = slices.CompactFunc(f.rows, func(a, b findingRow) bool { return a.key() == b.key() })
	return f, err
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

// Run looks at a file and keeps what it finds. It is durable when Run returns; the same look again changes nothing. It returns
// ErrNoFile, ErrState for a file that is not written yet, or ErrNoRecords for one whose records were let go.
func (p Preflight) Run(ctx context.Context, db *sqlx.DB, file int64) (*PreflightSummary, error) {
	f, err := p.look(ctx, db, file)
	var summary *PreflightSummary
	if err == nil {
		err = database.InRetriedTx(ctx, db, func(tx *sqlx.Tx) (err error) {
			summary, err = p.keep(ctx, tx, f)
			return err
		})
	}
	if err == nil {
		_, err = CountFile(ctx, db, file, p.Now)
	}
	if err != nil {
		return nil, fmt.Errorf("look at file %d before its release: %w", file, err)
	}
	return summary, nil
}

// GeneratedFiles returns the files that wait for their release, oldest first.
func GeneratedFiles(ctx context.Context, db *sqlx.DB) (files []int64, err error) {
	err = db.SelectContext(ctx, &files, preflightGenerated)
	return files, err
}
