package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
)

// Options says what to import and how much of it may be bad.
type Options struct {
	Dir string // the directory of the extract
	// MaxBadPercent is the share of a file's rows that may be bad before the file is refused; default 0.1.
	// Import takes 0 at its word: no bad row at all.
	MaxBadPercent float64
	// MaxBadRows is how many rows of a file may be bad whatever their share.
	MaxBadRows int64
	Check      bool             // do everything but commit: the summary is that of an import, and nothing is stored
	Now        func() time.Time // feeds time stamps only
	Vault      book.Vault       // seals what is personal
	Direct     *sqlx.DB         // of connections that keep their session, for the book's lock; the import's own if nil
	// Progress, if not nil, is told now and then how far the reading of a file has come. It is called by one
	// goroutine at a time, not always the caller's.
	Progress func(file string, bytesRead, bytesTotal int64)
}

// WithDefaults returns o with its absent fields filled.
func (o Options) WithDefaults() Options {
	if o.MaxBadPercent == 0 {
		o.MaxBadPercent = 0.1
	}
	return o
}

// tolerates reports whether so many bad rows of all leave a file to be taken.
func (o Options) tolerates(bad, rows int64) bool {
	return bad <= o.MaxBadRows || float64(bad)*100 <= o.MaxBadPercent*float64(rows)
}

// bound is what tolerates says, in words.
func (o Options) bound() string {
	if o.MaxBadRows > 0 {
		return fmt.Sprintf("%g %% and %d", o.MaxBadPercent, o.MaxBadRows)
	}
	return fmt.Sprintf("%g %%", o.MaxBadPercent)
}

func (o Options) validate() error {
	switch {
	case o.Dir == "":
		return errors.New("import: no directory given")
	case o.MaxBadPercent < 0 || o.MaxBadPercent > 100:
		return fmt.Errorf("import: max bad %g %%: must be 0 to 100", o.MaxBadPercent)
	case o.MaxBadRows < 0:
		return fmt.Errorf("import: max bad %d rows: must be 0 or more", o.MaxBadRows)
	case o.Now == nil:
		return errors.New("import: no clock given")
	case o.Vault.Keys == nil:
		return fmt.Errorf("import: %w", seal.ErrNoKeyset)
	}
	return nil
}

// Import takes the extract in o.Dir into the book, wholly or not at all.
//
// Errors to branch on: *RefusedError, batch.ErrLocked, batch.ErrLockLost, those of book.Vault.Bind, and ctx's own when it was interrupted.
func Import(ctx context.Context, db *sqlx.DB, o Options) (summary *Summary, err error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	sources, err := openSources(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeSources(sources)) }()

	lock := o.Direct
	if lock == nil {
		lock = db
	}
	book, err := batch.LockBook(ctx, lock)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer book.Release()

	started := o.Now()
	var taken *Summary
	err = book.Do(ctx, func(ctx context.Context) (err error) {
		i := &importer{options: o, db: db, started: o.Now(), summary: &Summary{Files: []FileSummary{}, Rejects: []Reject{}}}
		taken, err = i.takeIn(ctx, book, dir, sources)
		return err
	})
	if err != nil {
		return nil, explain(ctx, err)
	}
	taken.Seconds = o.Now().Sub(started).Seconds()
	return taken, nil
}

// explain makes an interruption known as one: what the driver says of it depends on the moment.
func explain(ctx context.Context, err error) error {
	var refused *RefusedError
	switch {
	case errors.As(err, &refused), errors.Is(err, batch.ErrLocked), errors.Is(err, batch.ErrLockLost):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("import interrupted, nothing was loaded: %w", ctx.Err())
	}
	return fmt.Errorf("import: %w", quiet(database.Ended(err))) // an EOF is the connection's: that of a file is a refusal
}

// takeIn brings the extract in, in one transaction, which commits only while this import holds the book.
func (i *importer) takeIn(ctx context.Context, book *batch.Book, dir string, sources []*source) (*Summary, error) {
	if err := dropStaged(ctx, i.db); err != nil { // those of an import that was killed
		return nil, err
	}
	tx, err := i.db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	i.tx = tx
	err = book.Fence(ctx, tx)
	if err == nil {
		err = batch.HaltOperations(ctx, tx)
	}
	if err == nil {
		err = i.options.Vault.Bind(ctx, tx)
	}
	if err == nil {
		err = i.run(ctx, dir, sources)
	}
	if err == nil && !i.options.Check {
		err = tx.Commit()
	}
	if err != nil || i.options.Check {
		err = errors.Join(err, rollback(tx))
		_ = i.clear(context.WithoutCancel(ctx), book) // else the next import does
	}
	if err != nil {
		return nil, err
	}
	return i.summary, nil
}

// clear drops the staging tables, unless they are those of another import by now.
func (i *importer) clear(ctx context.Context, book *batch.Book) error {
	return database.InTx(ctx, i.db, func(tx *sqlx.Tx) error {
		if err := book.Fence(ctx, tx); err != nil {
			return err
		}
		return dropStaged(ctx, tx)
	})
}

func rollback(tx *sqlx.Tx) error {
	if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// importer is one import under way.
type importer struct {
	options Options
	db      *sqlx.DB
	tx      *sqlx.Tx
	started time.Time
	summary *Summary
	kept    int64 // rejects of any file in import_reject
}

func (i *importer) run(ctx context.Context, dir string, sources []*source) error {
	for _, query := range []string{importSettings, importAnalyze} {
		if _, err := i.tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	if err := i.tx.GetContext(ctx, &i.summary.Import, importOpen, dir, i.started); err != nil {
		return err
	}
	for p, err := range stagedFiles(ctx, i.db, sources, i.options) {
		if err == nil {
			err = i.file(ctx, p)
		}
		var refused *RefusedError
		if errors.As(err, &refused) {
			return refused
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.source.table.file, err)
		}
	}
	if err := dropStaged(ctx, i.tx); err != nil {
		return err
	}
	if _, err := i.tx.ExecContext(ctx, importClose, i.summary.Import, i.options.Now()); err != nil {
		return err
	}
	i.summary.RejectsNotKept = i.summary.Rejected - i.kept
	var order []string
	for _, t := range tables {
		order = append(order, t.file)
	}
	return i.tx.SelectContext(ctx, &i.summary.Rejects, importRejects, i.summary.Import, maxRejects, pq.Array(order))
}
