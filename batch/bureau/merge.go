package bureau

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/metro2"
)

// errPage is a page that is not as keepPages wrote it.
var errPage = fmt.Errorf("%w: a stored page of records is damaged", ErrInvalidFile)

// page is a stored page of records, one of them ahead.
type page struct {
	loan    int64 // of the first record
	number  int   // of the record ahead, from 1
	record  []byte
	account []byte // of the record ahead, padded with blanks
	rest    []byte
	data    []byte
}

// next moves to the next record; false at the end of the page.
func (p *page) next() (bool, error) {
	if len(p.rest) == 0 {
		return false, nil
	}
	record, rest, ok := metro2.CutRecord(p.rest, metro2.Character)
	if !ok {
		return false, errPage
	}
	p.record, p.rest, p.account = record, rest, metro2.AccountOf(record, metro2.Character)
	p.number++
	return true, nil
}

func (p *page) before(o *page) bool {
	return cmp.Or(bytes.Compare(p.account, o.account), cmp.Compare(p.loan, o.loan)) < 0
}

// merge puts the records of a file's pages in account order. The pages come in the order of their first accounts, so that
// of each chunk only the pages around the present account are held.
type merge struct {
	summer summer  // of the pages that came
	open   []*page // a heap by the account of the record ahead
	free   []*page // done: their memory serves for the next
}

func newMerge(file int64) *merge { return &merge{summer: newSummer(file)} }

// page makes a copy of a stored page with its first record ahead, if the records add up to the page's checksum.
func (m *merge) page(loan, checksum int64, records []byte) (*page, error) {
	p := &page{}
	if last := len(m.free) - 1; last >= 0 {
		p, m.free = m.free[last], m.free[:last]
	}
	p.loan, p.number, p.data = loan, 0, appendExpanded(p.data[:0], records)
	before := m.summer.sum
	for rest := p.data; len(rest) > 0; {
		record, after, ok := metro2.CutRecord(rest, metro2.Character)
		if !ok {
			return nil, errPage
		}
		m.summer.add(record)
		rest = after
	}
	p.rest = p.data
	if there, err := p.next(); err != nil || !there || m.summer.sum-before != checksum {
		return nil, errors.Join(errPage, err)
	}
	return p, nil
}

// push adds a page to those that are open.
func (m *merge) push(p *page) {
	m.open = append(m.open, p)
	for child := len(m.open) - 1; child > 0; {
		parent := (child - 1) / 2
		if !m.open[child].before(m.open[parent]) {
			return
		}
		m.open[child], m.open[parent] = m.open[parent], m.open[child]
		child = parent
	}
}

// take calls f with the records that come before the next page, and opens that.
func (m *merge) take(loan, checksum int64, records []byte, f func(*page) (bool, error)) (more bool, err error) {
	p, err := m.page(loan, checksum, records)
	if err != nil {
		return false, err
	}
	if more, err := m.each(p.account, f); err != nil || !more {
		return false, err
	}
	m.push(p)
	return true, nil
}

// each calls f with every open record whose account is below another, with all of them if that is nil, until f returns
// false or an error.
func (m *merge) each(below []byte, f func(*page) (bool, error)) (more bool, err error) {
	for len(m.open) > 0 && (below == nil || bytes.Compare(m.open[0].account, below) < 0) {
		first := m.open[0]
		if more, err := f(first); err != nil || !more {
			return false, err
		}
		if more, err = first.next(); err != nil {
			return false, err
		}
		if !more {
			last := len(m.open) - 1
			m.open[0], m.open = m.open[last], m.open[:last]
			m.free = append(m.free, first)
		}
		m.sink()
	}
	return true, nil
}

// sink puts the page on top of the heap where it belongs.
func (m *merge) sink() {
	for parent := 0; ; {
		least := parent
		for child := 2*parent + 1; child <= 2*parent+2 && child < len(m.open); child++ {
			if m.open[child].before(m.open[least]) {
				least = child
			}
		}
		if least == parent {
			return
		}
		m.open[parent], m.open[least] = m.open[least], m.open[parent]
		parent = least
	}
}

// within runs work in a transaction: one of its own, or one that is under way.
type within func(ctx context.Context, work func(tx *sqlx.Tx) error) error

// ownTx gives work a transaction of its own.
func ownTx(db *sqlx.DB) within {
	return func(ctx context.Context, work func(tx *sqlx.Tx) error) error { return database.InTx(ctx, db, work) }
}

// source is where the records of a file come from.
type source struct {
	in    within
	vault book.Vault // opens the pages
	file  int64
}

// eachRecord calls f with a page for every record of a file in account order, the record ahead, until f returns false or
// an error, and returns the checksum of the records of all pages read. f must not keep the page nor its bytes.
func (s source) eachRecord(ctx context.Context, f func(*page) (bool, error)) (checksum int64, err error) {
	m := newMerge(s.file)
	place := pagePlace(s.file)
	err = s.in(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, pagePlan); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, pageRead, s.file)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var loan, sum int64
			var sealed sql.RawBytes
			if err := rows.Scan(&loan, &sum, &sealed); err != nil {
				return err
			}
			records, err := s.vault.Keys.Open(sealed, place)
			if errors.Is(err, seal.ErrSealed) {
				return errPage
			}
			if err != nil {
				return err
			}
			if more, err := m.take(loan, sum, records, f); err != nil || !more {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		_, err = m.each(nil, f)
		return err
	})
	return m.summer.sum, err
}
