package intake_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const rulesHeader = "activity_status,activity_substatus,require_payoff_reason"

// bomb compresses a head and then the same text n times, without ever holding it whole.
func bomb(t testing.TB, head, text string, n int) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	const at = 1 << 7
	many := strings.Repeat(text, at)
	_, err = io.WriteString(w, head)
	for ; n > 0 && err == nil; n -= at {
		_, err = io.WriteString(w, many[:min(n, at)*len(text)])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// Twenty million bad rows in a small file are refused long before they are read. Not parallel: what is allocated
// meanwhile is what this import allocates.
func TestBombOfBadRows(t *testing.T) {
	db := pgtest.New(t)
	dir := extract{"reason_rules.csv.gz": bomb(t, rulesHeader+"\n", "x\n", 20_000_000)}.write(t)
	o := options(dir)
	o.MaxBadPercent = 0.1
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := refused(t, db, o)
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 100<<20 {
		t.Errorf("%d MiB allocated, want at most 100", allocated>>20)
	}
	if !strings.HasSuffix(r.Reason, "rows are bad: more than 0.1 % of all rows that the file can hold") {
		t.Errorf("reason %q", r.Reason)
	}
	diff(t, "rejects", len(r.Rejects), 20)
	empty(t, db)
}

// A file that is not compressed is refused as soon as its share of bad rows can only be too high.
func TestRefusedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	o := options(extract{"reason_rules.csv": rulesHeader + "\n" + strings.Repeat("A,B,maybe\n", 2_000_000)}.write(t))
	o.MaxBadPercent = 1
	var last, size int64
	o.Progress = func(_ string, read, total int64) { last, size = read, total }
	refused(t, db, o)
	if last > size/2 {
		t.Errorf("%d of %d bytes read, want less than half", last, size)
	}
	empty(t, db)
}

// So many rows may be bad whatever their share; one more is too many.
func TestTolerates(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for bad, taken := range map[int]bool{2: true, 3: false} {
		o := options(extract{"reason_rules.csv": rulesHeader + "\nA,B,true\n" + strings.Repeat("A,C,maybe\n", bad)}.write(t))
		o.MaxBadPercent, o.MaxBadRows = 0.1, 2
		_, err := intake.Import(t.Context(), db, o)
		var refused *intake.RefusedError
		switch {
		case taken && err != nil:
			t.Errorf("%d bad rows: %v", bad, err)
		case !taken && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, "more than 0.1 % and 2")):
			t.Errorf("%d bad rows: %v", bad, err)
		}
	}
}

// At most 10,000 rejected rows are kept, however they were found; all are counted.
func TestKeptRejects(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	bad := []string{rulesHeader}
	for i := range 6_000 {
		bad = append(bad, fmt.Sprintf("A,%d,maybe", i))
	}
	orphans := []string{"loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due"}
	for i := range 7_000 {
		orphans = append(orphans, fmt.Sprintf("L9,%d,2025-01-10,2025-02-09,2025-03-02,100", i+1))
	}
	summary := load(t, db, book().with("reason_rules.csv", bad...).with("cycles.csv", orphans...).
		with("pauses.csv", "loan_id,from_on,to_on,reason", "L9,2025-01-10,,X", "L1,2025-01-10,,X"))
	diff(t, "rejected", summary.Rejected, int64(13_001))
	diff(t, "listed", len(summary.Rejects), 10_000)
	diff(t, "cycles.csv", counts(t, summary, "cycles.csv"), [5]int64{7_000, 0, 0, 0, 7_000})
	diff(t, "reason_rules.csv", counts(t, summary, "reason_rules.csv"), [5]int64{6_000, 0, 0, 0, 6_000})
	diff(t, "pauses.csv", counts(t, summary, "pauses.csv"), [5]int64{2, 1, 0, 0, 1})
	diff(t, "kept", rows(t, db, "SELECT file, count(*) AS n, min(line) AS low, max(line) AS high FROM import_reject GROUP BY 1 ORDER BY 1"),
		`{"file":"cycles.csv","n":7000,"low":2,"high":7001}`+"\n"+`{"file":"reason_rules.csv","n":3000,"low":2,"high":3001}`)
	text, err := json.Marshal(summary)
	if err != nil || !strings.Contains(string(text), `"rejects_not_kept":3001`) {
		t.Errorf("summary does not say that 3,001 rejects are not kept (%v)", err)
	}
}

// Whatever a file swells to, it is refused before it costs more than a file of rows does.
func TestSwollenFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, text, reason string }{
		{"blank lines", "reason_rules.csv.gz", bomb(t, rulesHeader+"\n", "\n", 8<<20), "line 100002: more than 100000 blank lines in a row"},
		{"blank lines of both bytes", "reason_rules.csv", rulesHeader + "\n" + strings.Repeat("\r\n", 200_000), "line 100002: more than 100000 blank lines in a row"},
		{"long values", "reason_rules.csv.gz", bomb(t, rulesHeader+",x_note\n", "A,B,true,"+strings.Repeat("x", 500_000)+"\n", 300), "it expands to more than 200 times its size"},
		{"header of a megabyte", "reason_rules.csv", rulesHeader + ",x_" + strings.Repeat("a", 900<<10) + "\n", "header: more than 64 KB"},
		{"many columns", "reason_rules.csv", rulesHeader + strings.Repeat(",x_", 998) + "\n", "header: 1001 columns, more than 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			r := refused(t, db, options(extract{c.file: c.text}.write(t)))
			diff(t, "reason", r.Reason, c.reason)
			empty(t, db)
		})
	}
}

// A first record that may be a row of data is never told: one with a line break or several digits in a row. What is
// told is quoted, so that nothing of a file reaches a terminal as it stands.
func TestStrangeNames(t *testing.T) {
	t.Parallel()
	const own = " (columns of your own begin with x_)"
	for _, c := range []struct{ name, header, reason string }{
		{"line break", rulesHeader + ",\"note\nA,B,true\"", "header: column 4 is unknown" + own},
		{"line break elsewhere", rulesHeader + ",\"x_\n\",note", "header: column 5 is unknown" + own},
		{"digits", rulesHeader + ",666121234", "header: column 4 is unknown" + own},
		{"digits elsewhere", rulesHeader + ",note,x_12", "header: column 4 is unknown" + own},
		{"one digit", rulesHeader + ",note1", `header: column 4, "note1", is unknown` + own},
		{"twice, with digits", rulesHeader + ",x_12,x_12", "header: column 5 stands twice"},
		{"twice", rulesHeader + ",x_a,x_b,x_a", `header: column 6, "x_a", stands twice`},
		{"escape", rulesHeader + ",a\x1b[2Jb", `header: column 4, "a\x1b[2Jb", is unknown` + own},
		{"C1", rulesHeader + ",a\u009b2Jb", `header: column 4, "a\u009b2Jb", is unknown` + own},
		{"direction", rulesHeader + ",a\u202eb", `header: column 4, "a\u202eb", is unknown` + own},
		{"not UTF-8", rulesHeader + ",a\x9bb", `header: column 4, "a\x9bb", is unknown` + own},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			r := refused(t, db, options(extract{"reason_rules.csv": c.header + "\n"}.write(t)))
			diff(t, "reason", r.Reason, c.reason)
		})
	}
	db := pgtest.New(t)
	for _, name := range []string{"a\x1b[2J.csv", "a\u009b.csv", "a\u202e.csv", "a\nb.csv"} {
		_, err := intake.Import(context.Background(), db, options(extract{name: "x"}.write(t)))
		if err == nil || !plain(err.Error()) {
			t.Errorf("%q: error %q", name, err)
		}
	}
	if _, err := intake.Import(context.Background(), db, options("/nowhere\x1b[2J\u202e")); err == nil || !plain(err.Error()) {
		t.Errorf("error %q", err)
	}
}

// plain reports whether a text has printable ASCII characters only.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}
