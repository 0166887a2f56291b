package bureau

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
)

// Record is the encoded record of a loan on its way into a file.
type Record struct {
	Loan          int64
	AccountNumber string
	Encoded       []byte
}

// compare orders records as a file holds them: by account number, byte by byte, then by loan key.
func (r Record) compare(o Record) int {
	return cmp.Or(strings.Compare(r.AccountNumber, o.AccountNumber), cmp.Compare(r.Loan, o.Loan))
}

// pageBytes is what a page of records holds: a row that fits a page of the database.
const pageBytes = 7000

// AddPages keeps the records of a chunk of loans until the file is assembled, in pages of account order.
func AddPages(ctx context.Context, tx *sqlx.Tx, file int64, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	slices.SortFunc(records, Record.compare)
	var loans []int64
	var accounts, pages []string
	var page []byte
	for i, r := range records {
		if len(page) == 0 {
			loans, accounts = append(loans, r.Loan), append(accounts, r.AccountNumber)
		}
		page = strconv.AppendInt(page, r.Loan, 10)
		page = append(append(page, '\t'), r.AccountNumber...)
		page = append(append(page, '\t'), r.Encoded...)
		page = append(page, '\n')
		if i == len(records)-1 || len(page)+len(records[i+1].Encoded) > pageBytes {
			pages, page = append(pages, string(page)), page[:0]
		}
	}
	_, err := tx.ExecContext(ctx, pageAdd, file, pq.Array(loans), database.TextArray(accounts), database.TextArray(pages))
	if err != nil {
		return fmt.Errorf("keep records: %w", err)
	}
	return nil
}

// errPage is a page that AddPages did not write.
var errPage = errors.New("a page of records is damaged")

// page is what is left of a page, its first record ahead.
type page struct {
	Record
	rest []byte
}

// next moves to the next record; false at the end of the page.
func (p *page) next() (bool, error) {
	if len(p.rest) == 0 {
		return false, nil
	}
	line, rest, _ := bytes.Cut(p.rest, []byte{'\n'})
	loan, line, _ := bytes.Cut(line, []byte{'\t'})
	account, encoded, ok := bytes.Cut(line, []byte{'\t'})
	key, err := strconv.ParseInt(string(loan), 10, 64)
	if err != nil || !ok {
		return false, errPage
	}
	p.Record, p.rest = Record{key, string(account), encoded}, rest
	return true, nil
}

// pages is a heap of pages by the order of their first records.
type pages []*page

func (p pages) Len() int           { return len(p) }
func (p pages) Less(i, j int) bool { return p[i].compare(p[j].Record) < 0 }
func (p pages) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pages) Push(x any)        { *p = append(*p, x.(*page)) }
func (p *pages) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

// eachRecord calls f with every record of a file in account order, until f returns false or an error. Pages are read by
// their first account, so that of each chunk only the pages around the present account are held. f must not keep the
// encoded bytes.
func eachRecord(ctx context.Context, db *sqlx.DB, file int64, f func(Record) (bool, error)) error {
	rows, err := db.QueryContext(ctx, pageRead, file)
	if err != nil {
		return err
	}
	defer rows.Close()
	var open pages
	emit := func(upTo string, last bool) (more bool, err error) {
		for len(open) > 0 && (last || open[0].AccountNumber < upTo) {
			first := open[0]
			if more, err := f(first.Record); err != nil || !more {
				return false, err
			}
			if more, err = first.next(); err != nil {
				return false, err
			}
			if more {
				heap.Fix(&open, 0)
			} else {
				heap.Pop(&open)
			}
		}
		return true, nil
	}
	for rows.Next() {
		var first string
		p := &page{}
		if err := rows.Scan(&first, &p.rest); err != nil {
			return err
		}
		if more, err := emit(first, false); err != nil || !more {
			return err
		}
		if ok, err := p.next(); err != nil || !ok {
			return errors.Join(errPage, err)
		}
		heap.Push(&open, p)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = emit("", true)
	return err
}
