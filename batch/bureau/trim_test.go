package bureau

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// TestTrim: the records of old files go, by a supervisor, but not those of a file that may have to be made again to be sent, or with
// which the next one is compared. What was let go is said.
func TestTrim(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "monthly:last")
	a := said{"A1", 20250315, ""}
	for i, asOf := range []string{"2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"} {
		m.file(int64(i+1), asOf, a)
	}
	for file, state := range []State{Accepted, Voided, Rejected, Transmitted, Released, Transmitted} {
		m.exec(`UPDATE bureau_file SET state = $2 WHERE file = $1`, file+1, state)
	}
	now := time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
	before := rules.DateOf(now)
	trim := func(x Trimming) (files []int64, err error) {
		t.Helper()
		x.Who, x.Why, x.Authority = "kim", "kept long enough", batch.Authority{Supervisors: []string{"kim"}}
		if x.Before == 0 {
			x.Before = before
		}
		done, err := Trim(t.Context(), m.db, x, now)
		for _, f := range done {
			files = append(files, f.File)
			if f.Bytes == 0 || f.Records != 1 || len(f.SHA256) != 64 {
				t.Errorf("%+v", f)
			}
		}
		return files, err
	}
	kept := func() (text string) {
		t.Helper()
		err := m.db.Get(&text, `SELECT concat_ws(' ', (SELECT string_agg(DISTINCT file::text, '' ORDER BY file::text) FROM file_page),
			(SELECT count(*) FROM act), (SELECT count(*) FROM bureau_file_event))`)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if done, err := Trim(t.Context(), m.db, Trimming{Before: before, Who: "ada", Authority: batch.Authority{Supervisors: []string{"kim"}}}, now); !errors.Is(err, batch.ErrNotSupervisor) ||
		len(done) > 0 || kept() != "123456 0 0" {
		t.Errorf("by ada: %v, %v, kept %s", done, err, kept())
	}
	if files, err := trim(Trimming{Preview: true}); err != nil || !cmp.Equal(files, []int64{1, 2, 3, 4}) || kept() != "123456 0 0" {
		t.Errorf("preview: %v, %v, kept %s", files, err, kept())
	}
	if files, err := trim(Trimming{Before: before - 184}); err != nil || files != nil { // as of 2026-05-31
		t.Errorf("of its own day: %v, %v", files, err)
	}
	if files, err := trim(Trimming{Before: before - 183}); err != nil || !cmp.Equal(files, []int64{1}) || kept() != "23456 1 1" {
		t.Errorf("the oldest: %v, %v, kept %s", files, err, kept())
	}
	if files, err := trim(Trimming{}); err != nil || !cmp.Equal(files, []int64{2, 3, 4}) || kept() != "56 4 4" { // 6 is the last that counts, 5 is to be sent
		t.Errorf("the others: %v, %v, kept %s", files, err, kept())
	}
	if files, err := trim(Trimming{}); err != nil || files != nil {
		t.Errorf("again: %v, %v", files, err)
	}
	_, err := Files{}.Rebuild(t.Context(), m.db, 4, t.TempDir(), "ada", now)
	if !errors.Is(err, ErrNotKept) || !strings.HasSuffix(err.Error(), "kim let its records go on 2026-12-01 (files trim); its SHA-256 is kept") {
		t.Errorf("made again: %v", err)
	}
	var said string
	if err := m.db.Get(&said, `SELECT concat_ws(' ', state, who, why) FROM bureau_file_event WHERE file = 4`); err != nil || said != "TRANSMITTED kim its records were let go: kept long enough" {
		t.Errorf("the ledger of the file says %q, %v", said, err)
	}
	m.exec(`UPDATE bureau_file SET state = 'GENERATED' WHERE file = 5`)
	m.finds("beside one that is on the disk", 5, "", 4)
	if err := os.Remove(m.path(4)); err != nil {
		t.Fatal(err)
	}
	m.finds("beside one that is lost", 5, fmt.Sprint(NotCompared, " 1"), 4)
}
