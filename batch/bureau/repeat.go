package bureau

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Outcome is what another attempt at a business date makes of a file of the attempts before.
type Outcome string

// The outcomes. SENT is for a file that differs and stays, because it or one of a later date was sent: what differs goes with the
// next file of the destination. LEFT is for one that was taken back and is not made again, because one of a later date counts.
const (
	Same     Outcome = "SAME"
	Replaced Outcome = "REPLACED"
	Sent     Outcome = "SENT"
	Left     Outcome = "LEFT"
)

// MaxDifferences is how many records of a file that differ are kept by loan; all are counted.
const MaxDifferences = 10_000

// earlier is a file that the attempts before made and that counts.
type earlier struct {
	onDisk
	Name      string `db:"name"`
	Header    string `db:"header"`
	Records   int64  `db:"records"`
	MaybeSent bool   `db:"maybe_sent"` // a delivery has begun

	fixed bool // it stays: it was sent, or a file of a later date was that goes by it
}

// fix finds the files that stay.
func fix(files []earlier) {
	for i := range files {
		e := &files[i]
		e.fixed = slices.ContainsFunc(files, func(o earlier) bool {
			return o.Destination == e.Destination && o.AsOf >= e.AsOf && (o.MaybeSent || !slices.Contains(follows[o.State], Voided))
		})
	}
}

// difference is how a file differs from what is made of it by now.
type difference struct {
	earlier
	sha256                  string // of the file as it would be
	added, removed, changed int64
	records                 []recordRow
}

// recordRow is a row of run_record.
type recordRow struct {
	Loan        int64       `json:"loan"`
	Change      string      `json:"change"`
	Fields      []string    `json:"fields"`
	FromStatus  string      `json:"from_status"`
	FromPastDue int64       `json:"from_past_due"`
	FromDOFD    *rules.Date `json:"from_dofd"`
	ToStatus    string      `json:"to_status"`
	ToPastDue   int64       `json:"to_past_due"`
	ToDOFD      *rules.Date `json:"to_dofd"`
}

// aside is the folder, in that of the files, where another attempt keeps its files until all is decided.
const aside = ".again"

// Repeat makes the files of another attempt at a business date. do makes those that the date lacks, with the Files that it is
// given. A file of the attempts before stays if it would be the same, or if it was sent; else it is voided and made anew.
// One that was taken back is made again where Replace would do it, else it is left: the later file that counts is made without it.
// What differs is kept by file and loan. The files get their places by Settle.
//
// Every file that counts is tried as if it were not there, and that is undone: so the old and the new one go by the same files
// before them, and a file whose state somebody changes meanwhile waits, because it is locked.
func (f Files) Repeat(ctx context.Context, db *sqlx.DB, run batch.Run, do func(Files) error) (err error) {
	f.aside = filepath.Join(f.Dir, aside)
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(f.aside))
		}
	}()
	if err := os.RemoveAll(f.aside); err != nil { // of an attempt that was killed
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var files []earlier
	if err := db.SelectContext(ctx, &files, fileEarlier, run.ID); err != nil {
		return fmt.Errorf("find the files of the attempts before: %w", err)
	}
	fix(files)
	left, err := leftBehind(ctx, db, run)
	if err != nil {
		return err
	}
	f.left = left
	var differences []difference
	for _, sent := range []bool{false, true} {
		compared := slices.DeleteFunc(slices.Clone(files), func(e earlier) bool { return e.fixed != sent })
		hidden := compared
		if sent { // as if none were there: each goes by what those before it would have said
			hidden = files
		}
		found, err := f.tryWithout(ctx, db, run, hidden, compared, func() error { return do(f) })
		if err != nil {
			return err
		}
		differences = append(differences, found...)
	}
	if err := run.InTx(ctx, db, func(tx *sqlx.Tx) error { return voidReplaced(ctx, tx, run, differences) }); err != nil {
		return err
	}
	if err := do(f); err != nil {
		return err
	}
	return run.InTx(ctx, db, func(tx *sqlx.Tx) error {
		for i := range differences {
			if err := differences[i].keep(ctx, tx, run.ID); err != nil {
				return fmt.Errorf("keep how file %d differs: %w", differences[i].File, err)
			}
		}
		for i := range left {
			if _, err := tx.ExecContext(ctx, runFileAdd, run.ID, left[i].File, Left, left[i].SHA256, "", 0, 0, 0); err != nil {
				return fmt.Errorf("keep that file %d is left: %w", left[i].File, err)
			}
		}
		return nil
	})
}

// leftBehind finds the files of the attempts before that were taken back and are not made again.
func leftBehind(ctx context.Context, db *sqlx.DB, run batch.Run) (left []onDisk, err error) {
	err = run.InTx(ctx, db, func(tx *sqlx.Tx) error {
		var back []onDisk
		if err := tx.SelectContext(ctx, &back, fileTakenBack, run.ID); err != nil {
			return fmt.Errorf("find the files that were taken back: %w", err)
		}
		for _, f := range back {
			switch err := f.mayReturn(ctx, tx); {
			case errors.Is(err, ErrCounted):
				left = append(left, f)
			case err != nil:
				return err
			}
		}
		return nil
	})
	return left, err
}

// voidReplaced takes back the files that are to be replaced. Settle moves them.
func voidReplaced(ctx context.Context, tx *sqlx.Tx, run batch.Run, differences []difference) error {
	var by struct {
		Who string    `db:"who"`
		Why string    `db:"why"`
		At  time.Time `db:"started_at"`
	}
	if err := tx.GetContext(ctx, &by, runWho, run.ID); err != nil {
		return err
	}
	for i := range differences {
		d := &differences[i]
		if d.outcome() != Replaced {
			continue
		}
		m := Move{
			File: d.File, To: Voided, Who: by.Who, Why: fmt.Sprintf("run %d replaced it: %s", run.ID, by.Why), Authority: run.Authority,
		}
		_, effect, err := enter(ctx, tx, m, by.At)
		if err == nil {
			err = effect.note(ctx, tx, m, d.Path, by.At)
		}
		if err != nil {
			return fmt.Errorf("file %d: %w", d.File, err)
		}
	}
	return nil
}

// tryWithout makes the files of a date as if some did not count, compares others with those, and undoes it.
func (f Files) tryWithout(ctx context.Context, db *sqlx.DB, run batch.Run, hidden, compared []earlier, do func() error) (found []difference, err error) {
	if len(compared) == 0 {
		return nil, nil
	}
	err = database.Undone(ctx, db, func() error {
		err := run.InTx(ctx, db, func(tx *sqlx.Tx) error {
			for i := range hidden {
				if err := hidden[i].hide(ctx, tx); err != nil {
					return fmt.Errorf("try without file %d: %w", hidden[i].File, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := do(); err != nil {
			return err
		}
		for i := range compared {
			d, err := f.compare(ctx, db, run, compared[i])
			if errors.Is(err, sql.ErrNoRows) {
				continue // by now the date owes no such file: the old one stays
			}
			if err != nil {
				return fmt.Errorf("compare file %d with what would be made now: %w", compared[i].File, err)
			}
			found = append(found, d)
		}
		return nil
	})
	return found, err
}

// hide lets a file not count.
func (e *earlier) hide(ctx context.Context, tx *sqlx.Tx) error {
	for _, query := range []string{fileHide, deletionGiveBack} {
		if _, err := tx.ExecContext(ctx, query, e.File); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, correctionRestore, e.File, nil)
	return err
}

// compare compares a file with the one that was made in its place. Both are read from the disk: what the old one was is made again
// from the records that are kept, if it is not there any more.
func (f Files) compare(ctx context.Context, db *sqlx.DB, run batch.Run, e earlier) (d difference, err error) {
	d.earlier = e
	var now struct {
		File   int64  `db:"file"`
		Name   string `db:"name"`
		SHA256 string `db:"sha256"`
	}
	if err := db.GetContext(ctx, &now, fileInstead, run.ID, e.File); err != nil {
		return d, err
	}
	if d.sha256 = now.SHA256; d.sha256 == e.SHA256 {
		return d, nil
	}
	old := e.Path
	if e.differs(old) != nil {
		old = filepath.Join(f.aside, "old-"+e.Name)
		_, err := kept{Name: e.Name, Header: e.Header, Records: e.Records}.restore(ctx, source{ownTx(db), f.Vault, e.File}, old, e.onDisk)
		if errors.Is(err, ErrNotKept) || errors.Is(err, ErrRebuilt) {
			return d, nil // lost: that it differs is known, not how
		}
		if err != nil {
			return d, err
		}
	}
	accounts, err := d.diff(old, filepath.Join(f.aside, now.Name+f.Mark))
	if err != nil {
		return d, err
	}
	return d, d.name(ctx, db, now.File, accounts)
}

// account is a record that differs.
type account struct {
	change metro2.Change
	fields []string
}

// diff counts the records that differ between two files, and returns the first of them by account number.
func (d *difference) diff(old, now string) (map[string]account, error) {
	a, err := os.Open(old)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	info, err := a.Stat()
	if err != nil {
		return nil, err
	}
	b, err := os.Open(now)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	accounts := map[string]account{}
	_, err = metro2.Diff(io.NewSectionReader(a, 0, info.Size()), b, metro2.DiffOptions{Unmask: true}, func(x metro2.Difference) error {
		if x.Kind != metro2.KindData.String() {
			return nil
		}
		switch x.Change {
		case metro2.Added:
			d.added++
		case metro2.Removed:
			d.removed++
		default:
			d.changed++
		}
		if len(accounts) < MaxDifferences {
			var fields []string
			for _, field := range x.Fields {
				if !slices.Contains(fields, field.Key) {
					fields = append(fields, field.Key)
				}
			}
			accounts[x.AccountNumber] = account{x.Change, fields}
		}
		return nil
	})
	return accounts, err
}

// name finds the loans behind the records that differ, and what both files say of them.
func (d *difference) name(ctx context.Context, db *sqlx.DB, now int64, accounts map[string]account) error {
	numbers := make([]string, 0, len(accounts))
	for number := range accounts {
		numbers = append(numbers, number)
	}
	var rows []struct {
		Loan        int64       `db:"loan"`
		Account     string      `db:"account_number"`
		Was         bool        `db:"was"`
		Is          bool        `db:"is_now"`
		FromStatus  string      `db:"from_status"`
		FromPastDue int64       `db:"from_past_due"`
		FromDOFD    *rules.Date `db:"from_dofd"`
		ToStatus    string      `db:"to_status"`
		ToPastDue   int64       `db:"to_past_due"`
		ToDOFD      *rules.Date `db:"to_dofd"`
	}
	if err := db.SelectContext(ctx, &rows, lineDifferences, d.File, now, pq.Array(numbers)); err != nil {
		return err
	}
	for _, r := range rows {
		x := accounts[strings.TrimRight(r.Account, " ")]
		if r.Was && r.Is { // also one whose account number is another by now
			x.change = metro2.Changed
		}
		d.records = append(d.records, recordRow{
			r.Loan, string(x.change), append([]string{}, x.fields...), r.FromStatus, r.FromPastDue, r.FromDOFD, r.ToStatus, r.ToPastDue, r.ToDOFD,
		})
	}
	return nil
}

// outcome is what becomes of the file.
func (d *difference) outcome() Outcome {
	switch {
	case d.sha256 == d.SHA256:
		return Same
	case d.fixed:
		return Sent
	}
	return Replaced
}

// keep writes how a file differs.
func (d *difference) keep(ctx context.Context, tx *sqlx.Tx, run int64) error {
	_, err := tx.ExecContext(ctx, runFileAdd, run, d.File, d.outcome(), d.SHA256, d.sha256, d.added, d.removed, d.changed)
	if err != nil {
		return err
	}
	return database.WriteRows(ctx, tx, runRecordAdd, d.records, run, d.File)
}

// Settle gives the files of another attempt their places: those that they replace are moved aside first. Done again after a crash
// it finds what is done.
func (f Files) Settle(ctx context.Context, db *sqlx.DB, run batch.Run) error {
	f.aside = filepath.Join(f.Dir, aside)
	if f.Mark == "" {
		err := run.InTx(ctx, db, func(tx *sqlx.Tx) error { return f.moveReplaced(ctx, tx, run.ID) })
		if err != nil {
			return err
		}
	}
	var made []string
	if err := db.SelectContext(ctx, &made, fileMade, run.ID); err != nil {
		return fmt.Errorf("find the files of the attempt: %w", err)
	}
	for _, name := range made {
		if f.Mark == "" {
			err := run.InTx(ctx, db, func(tx *sqlx.Tx) error { return notePlacing(ctx, tx, filepath.Join(f.Dir, name)) })
			if err != nil {
				return err
			}
		}
		if err := os.Rename(filepath.Join(f.aside, name+f.Mark), filepath.Join(f.Dir, name+f.Mark)); err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	if err := os.RemoveAll(f.aside); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := syncDir(f.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// moveReplaced moves the files aside that an attempt has replaced.
func (f Files) moveReplaced(ctx context.Context, tx *sqlx.Tx, run int64) error {
	var files []earlier
	if err := tx.SelectContext(ctx, &files, fileReplaced, run); err != nil {
		return fmt.Errorf("find the files that were replaced: %w", err)
	}
	for i := range files {
		path, err := files[i].moveAside(Voided, f.Archive)
		if err != nil {
			return err
		}
		if err := removeSealed(filepath.Join(f.Dir, Outgoing), files[i].File); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, fileMoved, files[i].File, path); err != nil {
			return err
		}
	}
	return nil
}
