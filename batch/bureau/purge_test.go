package bureau

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/rules"
)

// TestPurge: what is personal of files whose retention is over goes, by a supervisor: on the disk, in the folders of what was taken
// back, and among the kept records. The SHA-256 and what the file said stay. Kept are files that are still to be sent, the last ones, and
// those that tell of a customer under legal hold.
func TestPurge(t *testing.T) {
	t.Parallel()
	m := newMonthly(t, "monthly:last")
	a := said{"A1", 20250315, ""}
	for i, asOf := range []string{"2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"} {
		m.file(int64(i+1), asOf, a)
	}
	for file, state := range []State{Accepted, Voided, Rejected, Transmitted, Transmitted, Released, Transmitted} {
		m.exec(`UPDATE bureau_file SET state = $2 WHERE file = $1`, file+1, state)
	}
	m.exec(`UPDATE program SET retention_months = 3`)
	m.exec(`INSERT INTO customer (customer_id, surname, address1, city, state, postal_code, legal_hold) VALUES ('C1', 'SAMPLEA', '100 TEST LANE', 'SPRINGFIELD', 'IL', '62701', TRUE)`)
	m.exec(`INSERT INTO loan_customer (loan, customer, ecoa_code, position) VALUES (1, 1, '1', 1)`)
	m.tradelines(1, 1)
	moved := filepath.Join(m.dir, "voided", "file-2.txt")
	if err := errors.Join(os.Mkdir(filepath.Dir(moved), 0o700), os.Rename(m.path(2), moved), // by a command that did not end
		os.WriteFile(filepath.Join(m.dir, ".file-3.txt9"), nil, 0o600)); err != nil { // of one that was killed
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
	purge := func(p Purging) (text string, err error) {
		t.Helper()
		p.On, p.Why, p.Authority = rules.DateOf(now), "retention is over", batch.Authority{Supervisors: []string{"kim"}}
		if p.Who == "" {
			p.Who = "kim"
		}
		done, err := Purge(t.Context(), m.db, p, now)
		for _, f := range done {
			text += string('0' + rune(f.File))
			if f.Held {
				text += "h"
			}
			if f.RetainedUntil != f.AsOf.AddMonths(3) || len(f.SHA256) != 64 || f.Records != 1 {
				t.Errorf("%+v", f)
			}
		}
		return text, err
	}
	left := func() (text string) {
		t.Helper()
		err := m.db.Get(&text, `SELECT concat_ws(' ', (SELECT string_agg(DISTINCT file::text, '' ORDER BY file::text) FROM file_page),
			(SELECT count(*) FROM tradeline), (SELECT count(*) FROM act WHERE kind = 'PURGE_FILE'), (SELECT count(*) FROM bureau_file WHERE purged_at = '2026-12-01T06:00:00Z' AND purged_by = 'kim'))`)
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(m.dir, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				text += " " + strings.TrimSuffix(strings.TrimPrefix(e.Name(), "file-"), ".txt")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	all := left()
	tradelines := strings.Fields(all)[1]
	if got, err := purge(Purging{Who: "ada"}); !errors.Is(err, batch.ErrNotSupervisor) || got != "1h" || left() != all {
		t.Errorf("by ada: %s, %v, left %s", got, err, left())
	}
	if got, err := purge(Purging{Preview: true}); err != nil || got != "1h2345" || left() != all {
		t.Errorf("preview: %s, %v, left %s", got, err, left())
	}
	if got, err := purge(Purging{Before: rules.NewDate(2026, time.July, 1)}); err != nil || got != "1h23" || left() != "14567 "+tradelines+" 2 2 1 4 5 6 7" {
		t.Errorf("before July: %s, %v, left %s", got, err, left())
	}
	kept, err := os.ReadFile(m.path(4))
	if err = errors.Join(err, os.WriteFile(m.path(4), []byte("another one's"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if got, err := purge(Purging{}); !errors.Is(err, ErrFileDiffers) || got != "1h" || left() != "14567 "+tradelines+" 2 2 1 4 5 6 7" {
		t.Errorf("something else has the name: %s, %v, left %s", got, err, left())
	}
	if err := errors.Join(os.WriteFile(m.path(4), kept, 0o600), os.Remove(m.path(5))); err != nil { // 5: by a purge that was killed before it committed
		t.Fatal(err)
	}
	if got, err := purge(Purging{}); err != nil || got != "1h45" || left() != "167 "+tradelines+" 4 4 1 6 7" { // 6 is to be sent, 7 is the last
		t.Errorf("the others: %s, %v, left %s", got, err, left())
	}
	if got, err := purge(Purging{}); err != nil || got != "1h" {
		t.Errorf("again: %s, %v", got, err)
	}
	m.exec(`UPDATE customer SET legal_hold = FALSE`)
	if got, err := purge(Purging{}); err != nil || got != "1" {
		t.Errorf("after the hold: %s, %v", got, err)
	}
	for _, dir := range []string{"", t.TempDir()} {
		_, err := Files{}.Rebuild(t.Context(), m.db, 4, dir, "ada", now)
		if !errors.Is(err, ErrNotKept) || !strings.HasSuffix(err.Error(), "it was purged on 2026-12-01 by kim (files purge); its SHA-256 is kept") {
			t.Errorf("made again: %v", err)
		}
	}
	var said string
	if err := m.db.Get(&said, `SELECT concat_ws(' ', state, who, why) FROM bureau_file_event WHERE file = 2`); err != nil || said != "VOIDED kim it was purged: retention is over" {
		t.Errorf("the ledger of the file says %q, %v", said, err)
	}
	if done, err := Trim(t.Context(), m.db, Trimming{Before: rules.DateOf(now), Who: "kim", Why: "old"}, now); err != nil || len(done) != 0 {
		t.Errorf("their records are let go again: %v, %v", done, err)
	}
}
