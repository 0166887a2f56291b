package intake

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// news says what the staged rows of a file are to packed ledgers: a query that declares a cursor of newsRow, and how one
// is read.
type news struct {
	query string
	read  func(*newsRow) (book.News, error)
}

// newsRow is a loan with news: arrays of equal length, one element a row of the file.
type newsRow struct {
	loan    int64
	changes bool // something that is packed becomes another: the packed row is made anew
	names   pq.StringArray
	amounts pq.Int64Array
	days    pq.Int64Array
	further [2]pq.Int64Array // of entries: whether they name a cycle, 1 or 0; of cycles: their starts and ends
}

func (r *newsRow) columns() []any {
	return []any{&r.loan, &r.changes, &r.names, &r.amounts, &r.days, &r.further[0], &r.further[1]}
}

// entries are the news of transactions.csv.
func (r *newsRow) entries() (n book.News, err error) {
	n.Entries = make([]rules.Entry, len(r.names))
	for i, name := range r.names {
		kind, ok := rules.ParseKind(name)
		if !ok {
			return n, fmt.Errorf("%q is not an entry kind", name)
		}
		n.Entries[i] = rules.Entry{
			Kind: kind, Amount: rules.Cents(r.amounts[i]), Effective: rules.Date(r.days[i]),
			NoCycle: kind == rules.Offset && r.further[0][i] == 0,
		}
	}
	return n, nil
}

// dues are the news of cycles.csv.
func (r *newsRow) dues() (n book.News, err error) {
	n.Dues = make([]rules.Due, len(r.names))
	for i, number := range r.names {
		c := rules.Cycle{
			StartsOn: rules.Date(r.further[0][i]), EndsOn: rules.Date(r.further[1][i]), DueOn: rules.Date(r.days[i]),
			MinimumDue: rules.Cents(r.amounts[i]),
		}
		if _, err := fmt.Sscan(number, &c.No); err != nil {
			return n, fmt.Errorf("read a cycle's number: %w", err)
		}
		n.Dues[i] = c.Due()
	}
	return n, nil
}

// tellBook wakes the loans that a staged file has news of, before the file is merged, and adds the news to their packed
// rows.
func (i *importer) tellBook(ctx context.Context, of news) error {
	if _, err := i.tx.ExecContext(ctx, of.query); err != nil {
		return err
	}
	for more := true; more; {
		var news []book.News
		var changed []int64
		more = false
		err := database.Each(ctx, i.tx, (*newsRow).columns, func(r *newsRow) error {
			more = true
			if r.changes {
				changed = append(changed, r.loan)
				return nil
			}
			n, err := of.read(r)
			n.Loan = r.loan
			news = append(news, n)
			return err
		}, importNewsFetch)
		if err == nil {
			err = book.Add(ctx, i.tx, news)
		}
		if err == nil {
			err = book.Wake(ctx, i.tx, changed, book.LedgerChanged)
		}
		if err != nil {
			return err
		}
	}
	_, err := i.tx.ExecContext(ctx, importNewsClose)
	return err
}
