package console

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// counting lets a site count files and ask the calendar.
func counting(db *sqlx.DB) func(*Config) {
	return func(c *Config) {
		c.Month.Count = func(ctx context.Context, files []int64) error {
			for _, file := range files {
				if _, err := bureau.CountFile(ctx, db, file, clock()); err != nil {
					return err
				}
			}
			return nil
		}
		c.Month.Status = func(status string) string { return map[string]string{"11": "current"}[status] }
		c.Month.Due = func(_ context.Context, _, last rules.Date) ([]DueFile, error) {
			return []DueFile{{"NORTHFIELD", last, last}, {"OWED", last, last + 1}}, nil
		}
	}
}

// newest is the newest file of a book that was not taken back, with its numbers.
func newest(t *testing.T, db *sqlx.DB) (f struct {
	File, Before, Records, Excluded int64
	Program                         string
},
) {
	t.Helper()
	err := db.QueryRow(`SELECT f.file, f.records, f.excluded, p.program_id,
		(SELECT max(o.file) FROM bureau_file o WHERE o.destination = f.destination AND o.file < f.file AND o.state NOT IN ('VOIDED', 'REJECTED'))
		FROM bureau_file f JOIN program p USING (program) WHERE f.as_of = '2026-10-31' AND f.state <> 'VOIDED' ORDER BY f.file DESC LIMIT 1`).
		Scan(&f.File, &f.Records, &f.Excluded, &f.Program, &f.Before)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The first page answers the five questions for the newest month; a month without a file says so, and what is no month is no page.
func TestMonth(t *testing.T) {
	db := readOnly(t)
	s, f := newSite(t, db, counting(db)), newest(t, db)
	got := s.get(servicing.Viewer, "/month")
	got.has(t, 200, "<h1>October 2026</h1>", "Is everything in the file that should be", "What changed, and is it plausible?",
		"What did the bureaus refuse", "What is due?", "Why does this tradeline say this",
		fmt.Sprintf(`href="/month/files/%d"`, f.File), "Not proved yet", "Nobody knows yet", "OWED",
		fmt.Sprintf(`<td class="number">%s</td>`, count(f.Records)), `href="/month/2026-09"`)
	s.get(servicing.Viewer, "/month/2026-10").has(t, 200, "<h1>October 2026</h1>")
	s.get(servicing.Viewer, "/month/2020-01").has(t, 200, "No file of this month is made yet", "There is nothing to compare yet")
	for _, at := range []string{"/month/2026-13", "/month/x", "/month/files/x", "/month/files/0", "/month/files/999999"} {
		if got := s.get(servicing.Viewer, at); got.status != 404 {
			t.Errorf("%s: status %d", at, got.status)
		}
	}
}

// TestMonthBook shares one book among what people do with files and findings. What is done to it last is not undone.
func TestMonthBook(t *testing.T) {
	db, _ := own(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *sqlx.DB)
	}{
		{"forms", testFileForms},
		{"release", testReleaseForms},
		{"refused", testFileFormsRefused},
		{"long", testLongJob},
		{"counts", testMonthCounts},
		{"findings", testFindings},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, db) })
	}
}

// A file that is counted shows how its accounts moved, whom it leaves out and why, and its totals; each number leads to its loans, a
// page at a time. To count it again changes nothing.
func testMonthCounts(t *testing.T, db *sqlx.DB) {
	t.Helper()
	s, f := newSite(t, db, counting(db)), newest(t, db)
	at := fmt.Sprintf("/month/files/%d", f.File)
	s.get(servicing.Viewer, at).has(t, 200, "is not counted yet", "GENERATED")
	key := url.Values{"key": {"count"}}
	if got := s.get(servicing.Examiner, at); strings.Contains(got.body, "<button class=\"quiet\">Count") {
		t.Error("an examiner is offered a form")
	}
	for range 2 {
		if got := s.post(servicing.Viewer, at+"/count", key); got.status != 303 || got.header.Get("Location") != at {
			t.Fatalf("count: status %d, %s", got.status, got.body)
		}
	}
	var same, current, told, left, before, balance int64
	if err := db.QueryRow(`SELECT count(*) FILTER (WHERE b.account_status = t.account_status), count(*) FILTER (WHERE b.account_status = '11' AND t.account_status = '11'),
			count(*), sum(t.current_balance) FROM tradeline t LEFT JOIN tradeline b ON b.file = $2 AND b.loan = t.loan WHERE t.file = $1`,
		f.File, f.Before).Scan(&same, &current, &told, &balance); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow(`SELECT count(*), (SELECT count(*) FROM tradeline WHERE file = $2) FROM excluded WHERE file = $1`, f.File, f.Before).Scan(&left, &before); err != nil {
		t.Fatal(err)
	}
	if same == 0 || current == 0 || told != f.Records {
		t.Fatalf("the book has nothing to show: same %d, current %d, told %d of %d", same, current, told, f.Records)
	}
	got := s.get(servicing.Viewer, at)
	got.has(t, 200, plural(same, "account keeps its status", "accounts keep their status"),
		fmt.Sprintf(`href="%s/moves/11/11"`, at), count(balance), " %</td>", `<span class="hint">current</span>`)

	cells, err := inquiry.Cells(t.Context(), db, f.File)
	if err != nil {
		t.Fatal(err)
	}
	var all, of int64
	for _, c := range cells {
		all += c.Accounts
		if c.Was != "" {
			of += c.Accounts
		}
		seen := 0
		page := inquiry.Page{Limit: 100}
		for {
			var list inquiry.List[inquiry.CellLoan]
			if c.Reason != "" {
				list, err = inquiry.LeftOutLoans(t.Context(), db, f.File, c.Reason, page)
			} else {
				list, err = inquiry.CellLoans(t.Context(), db, f.File, c.Was, c.Became, page)
			}
			if err != nil {
				t.Fatal(err)
			}
			seen += len(list.Rows)
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		want := c.Accounts
		if c.Reason != "" { // a reason has a cell for each status before
			want = 0
			for _, o := range cells {
				if o.Reason == c.Reason {
					want += o.Accounts
				}
			}
		}
		if int64(seen) != want {
			t.Errorf("%+v: %d loans, want %d", c, seen, want)
		}
	}
	if all != told+left || of != before {
		t.Errorf("counted %d accounts, want %d in the file and %d left out; %d of the file before, which has %d", all, told, left, of, before)
	}
	s.get(servicing.Viewer, at+"/moves/11/11").has(t, 200, "******", "from <strong>11</strong> (current) to <strong>11</strong>")
	for _, c := range cells {
		if c.Reason != "" {
			s.get(servicing.Viewer, at+"/left-out/"+c.Reason).has(t, 200, "leaves these loans out for", c.Reason)
		}
	}
	s.get(servicing.Viewer, at+"/left-out/"+url.PathEscape(`a/"<script>`)).has(t, 200, "There is no such loan", "a/&#34;&lt;script&gt;")
	if got := s.get(servicing.Viewer, at+"/moves/11/11?after=x"); got.status != 400 {
		t.Errorf("a bad page: status %d", got.status)
	}
	var at1, at2 time.Time
	for _, to := range []*time.Time{&at1, &at2} {
		if err := db.Get(to, `SELECT at FROM file_count WHERE file = $1`, f.File); err != nil {
			t.Fatal(err)
		}
		if again, err := bureau.CountFile(t.Context(), db, f.File, clock().Add(time.Hour)); err != nil || again {
			t.Fatalf("counted again: %v, %v", again, err)
		}
	}
	if !at1.Equal(at2) {
		t.Errorf("counted at %s, then at %s", at1, at2)
	}
	// The file before is taken back: what was counted beside it is old, and is counted anew.
	db.MustExec(`UPDATE bureau_file SET state = 'VOIDED' WHERE file = $1`, f.Before)
	s.get(servicing.Viewer, at).has(t, 200, "not counted beside the file that is before it now")
	if again, err := bureau.CountFile(t.Context(), db, f.File, clock()); err != nil || !again {
		t.Errorf("not counted again: %v, %v", again, err)
	}
	s.get(servicing.Viewer, at).has(t, 200, "0 accounts keep their status")
	db.MustExec(`UPDATE bureau_file SET state = 'GENERATED' WHERE file = $1`, f.Before)
}
