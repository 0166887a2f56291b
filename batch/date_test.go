package batch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch"
)

// TestGap: where every calendar date is a business date, none is skipped without a reason.
func TestGap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		closed, date string
		any          bool   // dates may be skipped: a calendar is not told
		allow, says  string // the error, or what the ledger says
	}{
		{name: "the first night", date: "2026-08-31", says: "a test"},
		{name: "the next date", closed: "2026-08-31", date: "2026-09-01", says: "a test"},
		{name: "the next date, and a reason too many", closed: "2026-08-31", date: "2026-09-01", allow: "no night", says: "a test"},
		{name: "one is skipped", closed: "2026-08-31", date: "2026-09-02", says: "the book is closed up to 2026-08-31, and 2026-09-01 was not run"},
		{name: "two are skipped", closed: "2026-08-31", date: "2026-09-03", says: "the 2 dates from 2026-09-01 to 2026-09-02 were not run"},
		{name: "on purpose", closed: "2026-08-31", date: "2026-09-03", allow: "no night", says: "a test; the 2 dates from 2026-09-01 to 2026-09-02 were not run: no night"},
		{name: "no calendar", closed: "2026-08-31", date: "2026-09-30", any: true, says: "a test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newBook(t, 2)
			r := newRunner(db, &step{name: "one"})
			if c.closed != "" {
				run(t, r, c.closed)
			}
			r.EveryDate, r.AllowGap = !c.any, c.allow
			refused := strings.Contains(c.says, "not run") && c.allow == ""
			summary, err := r.Run(t.Context(), day(c.date))
			if refused {
				if !errors.Is(err, batch.ErrGap) || !strings.Contains(err.Error(), c.date) || !strings.HasSuffix(err.Error(), c.says) {
					t.Errorf("got %v, want %q", err, c.says)
				}
				if err := r.Join(t.Context(), day(c.date)); !errors.Is(err, batch.ErrGap) {
					t.Errorf("joined: got %v", err)
				}
				return
			}
			if err != nil || summary.Why != c.says {
				t.Errorf("got %+v, %v; want %q", summary, err, c.says)
			}
		})
	}
}

// TestPassed: what is said of a date that is behind.
func TestPassed(t *testing.T) {
	t.Parallel()
	db := newBook(t, 2)
	r := newRunner(db, &step{name: "one"})
	for _, date := range []string{"2026-08-29", "2026-08-31"} {
		run(t, r, date)
	}
	for _, c := range []struct {
		date string
		is   error
		says string
	}{
		{"2026-08-28", batch.ErrBeforeBook, "the first night was 2026-08-29, and the book is closed up to 2026-08-31"},
		{"2026-08-29", batch.ErrClosed, "already closed: the book is closed up to 2026-08-31"},
		{"2026-08-30", batch.ErrClosed, "it was skipped, and the book is closed up to 2026-08-31"},
		{"2026-08-31", batch.ErrClosed, "already closed: the book is closed up to 2026-08-31"},
	} {
		if _, err := r.Run(t.Context(), day(c.date)); !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), "open run "+c.date) || !strings.HasSuffix(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.date, err, c.says)
		}
	}
	if err := r.Join(t.Context(), day("2026-08-30")); !errors.Is(err, batch.ErrClosed) {
		t.Errorf("joined a skipped date: got %v", err)
	}
}
