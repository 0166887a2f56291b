package bureau

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// NotCompared is the name of the warning that a file was not compared with the one before, because nothing of that is left.
const NotCompared = "NOT-COMPARED"

// Compared is a file of the same destination that another one was compared with, account by account.
type Compared struct {
	File int64      `json:"file"`
	AsOf rules.Date `json:"as_of"`
	Path string     `json:"path"`
	Lost string     `json:"lost,omitempty"` // why it was not compared: it is gone and cannot be made again
}

// A cycle's files of one month: 31 days, of which each file has the accounts of one.
const cycleDays = 31

// monthBefore are the files of the month before a file, open beside it: one, or for cycles all of the last 31 days.
type monthBefore struct {
	compared []Compared
	files    []*os.File
	refused  []refusedAccounts // of each file that is open
}

// fileBefore is one of them.
type fileBefore struct {
	onDisk
	kept
}

// openBefore opens the files of the month before, newest first: those of the destination that count. One that is not on the disk
// as it was made is made again from the records that are kept, without a name, and is gone with its last reader.
func (f onDisk) openBefore(ctx context.Context, tx *sqlx.Tx) (m *monthBefore, err error) {
	from, most := rules.Date(1), 1
	if f.Calendar.ByCycle() {
		from, most = f.AsOf-cycleDays, cycleDays
	}
	var files []fileBefore
	if err := tx.SelectContext(ctx, &files, fileMonthBefore, f.File, from, most); err != nil {
		return nil, fmt.Errorf("find the file before: %w", err)
	}
	m = &monthBefore{}
	for i := range files {
		b := &files[i]
		compared := Compared{File: b.File, AsOf: b.AsOf, Path: b.Path}
		open, err := b.open(ctx, tx, f.vault)
		switch {
		case errors.Is(err, ErrNotKept) || errors.Is(err, ErrRebuilt):
			compared.Lost = err.Error()
		case err != nil:
			return nil, errors.Join(fmt.Errorf("open file %d, the one before: %w", b.File, err), m.close())
		default:
			m.files = append(m.files, open)
			m.refused = append(m.refused, refusedAccounts{ctx: ctx, tx: tx, file: b.File, most: refusedPage})
		}
		m.compared = append(m.compared, compared)
	}
	return m, nil
}

// open opens the file as it was made.
func (b *fileBefore) open(ctx context.Context, tx *sqlx.Tx, v book.Vault) (*os.File, error) {
	err := b.differs(b.Path)
	if err == nil {
		return os.Open(b.Path)
	}
	if !errors.Is(err, ErrFileDiffers) {
		return nil, err
	}
	inside := func(_ context.Context, work func(tx *sqlx.Tx) error) error { return work(tx) }
	draft, err := b.kept.draft(ctx, source{inside, v, b.File}, filepath.Join(filepath.Dir(b.Path), b.Name), b.onDisk)
	if err != nil {
		return nil, err
	}
	_, err = draft.Seek(0, io.SeekStart)
	if err = errors.Join(err, os.Remove(draft.Name())); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrFolder, err), draft.Close())
	}
	return draft, nil
}

// earlier reads the files beside the one that is checked. A record that a bureau refused did not count (BR11).
func (m *monthBefore) earlier() *metro2.Earlier {
	in := make([]io.Reader, len(m.files))
	for i := range m.files {
		in[i] = m.files[i]
	}
	e := metro2.NewEarlier(in...)
	e.Skip = func(file int, account string) (bool, error) { return m.refused[file].has(account) }
	return e
}

func (m *monthBefore) close() (err error) {
	for _, f := range m.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// refusedPage is how many refused records are held at once.
const refusedPage = 10_000

// refusedAccounts are the accounts of a file whose record a bureau refused, in account order, a page at a time.
type refusedAccounts struct {
	ctx  context.Context //nolint:containedctx // it lives within one check of a file
	tx   *sqlx.Tx
	file int64
	most int // of a page

	ahead []string
	last  string // of the page
	begun bool
	done  bool
}

// has says whether an account is one of them; it is asked in account order.
func (r *refusedAccounts) has(account string) (bool, error) {
	for {
		for len(r.ahead) > 0 && r.ahead[0] < account {
			r.ahead = r.ahead[1:]
		}
		switch {
		case len(r.ahead) > 0:
			return r.ahead[0] == account, nil
		case r.done || r.begun && r.last >= account:
			return false, nil
		}
		if err := r.tx.SelectContext(r.ctx, &r.ahead, answerRefusedIn, r.file, r.last, r.most); err != nil {
			return false, fmt.Errorf("find refused records of file %d: %w", r.file, err)
		}
		r.begun, r.done = true, len(r.ahead) < r.most
		if len(r.ahead) > 0 {
			r.last = r.ahead[len(r.ahead)-1]
		}
	}
}
