package bureau_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
)

// struck is a lender whose first file was voided, and whose replacement was killed after it had its name and before its row was
// committed: the server refuses the commit.
func struck(t *testing.T) *lender {
	t.Helper()
	l := newLender(t, "monthly:last", "")
	l.loan("OK", "", 10)
	l.load()
	l.night("2026-01-31")
	l.change(bureau.Voided)
	l.db.MustExec(`CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON bureau_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit()`)
	if _, err := l.replace(1); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("got %v, want the commit refused", err)
	}
	l.db.MustExec("DROP TRIGGER refuse ON bureau_file; DROP FUNCTION refuse_commit()")
	l.holds(".placing-metro2-P1-2-20260131.txt", "metro2-P1-2-20260131.txt", "voided/metro2-P1-1-20260131.txt")
	return l
}

// holds compares the folder of the files.
func (l *lender) holds(want ...string) {
	l.t.Helper()
	var got []string
	err := filepath.WalkDir(l.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			got = append(got, strings.TrimPrefix(path, l.dir+"/"))
		}
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		l.t.Errorf("%v, the folder of the files (-want +got):\n%s", err, diff)
	}
}

// TestOrphan: a file that had its name when its command was killed is found, and does not stay under that name, whether the command is
// repeated or not.
func TestOrphan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then func(l *lender)
		want []string
	}{
		"the same command": {func(l *lender) {
			if _, err := l.replace(1); err != nil {
				l.t.Error(err)
			}
		}, []string{"metro2-P1-2-20260131.txt", "voided/metro2-P1-1-20260131.txt"}},
		"a night without a file": {
			func(l *lender) { l.night("2026-02-01") },
			[]string{"orphaned/metro2-P1-2-20260131.txt.orphan", "voided/metro2-P1-1-20260131.txt"},
		},
		"a run that is resumed and had placed all its files": {func(l *lender) {
			note := filepath.Join(l.dir, ".placing-metro2-P1-2-20260131.txt")
			err := errors.Join(os.Remove(filepath.Join(l.dir, "metro2-P1-2-20260131.txt")), os.Rename(note, filepath.Join(l.dir, ".placing-metro2-P1-1-20260131.txt")))
			if err == nil {
				err = bureau.Files{Dir: l.dir}.Assemble(l.t.Context(), l.db, batch.Run{ID: 1})
			}
			if err != nil {
				l.t.Error(err)
			}
		}, []string{"voided/metro2-P1-1-20260131.txt"}},
		"a night with a file": {
			func(l *lender) { l.night("2026-02-28") },
			[]string{"metro2-P1-2-20260228.txt", "orphaned/metro2-P1-2-20260131.txt.orphan", "voided/metro2-P1-1-20260131.txt"},
		},
		"twice": {func(l *lender) {
			note := filepath.Join(l.dir, ".placing-metro2-P1-2-20260131.txt")
			whose, err := os.ReadFile(note)
			if err != nil {
				l.t.Fatal(err)
			}
			l.night("2026-02-01")
			for name, text := range map[string]string{note: string(whose), filepath.Join(l.dir, "metro2-P1-2-20260131.txt"): "once more"} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					l.t.Fatal(err)
				}
			}
			l.night("2026-02-02")
		}, []string{"orphaned/metro2-P1-2-20260131.txt.orphan", "orphaned/metro2-P1-2-20260131.txt.orphan.2", "voided/metro2-P1-1-20260131.txt"}},
		"of another database": {func(l *lender) {
			if err := os.WriteFile(filepath.Join(l.dir, ".placing-metro2-P1-2-20260131.txt"), []byte("1/2"), 0o600); err != nil {
				l.t.Fatal(err)
			}
			l.night("2026-02-01")
		}, []string{".placing-metro2-P1-2-20260131.txt", "metro2-P1-2-20260131.txt", "voided/metro2-P1-1-20260131.txt"}},
		"of a file that is known": {func(l *lender) {
			l.db.MustExec(`UPDATE bureau_file SET name = 'metro2-P1-2-20260131.txt'`)
			l.night("2026-02-01")
		}, []string{"metro2-P1-2-20260131.txt", "voided/metro2-P1-1-20260131.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := struck(t)
			files := bureau.Files{Dir: l.dir}
			if here, aside, err := files.Orphans(t.Context(), l.db); err != nil || !cmp.Equal(here, []string{"metro2-P1-2-20260131.txt"}) || aside != nil {
				t.Errorf("before: orphans %v and %v, %v", here, aside, err)
			}
			c.then(l)
			l.holds(c.want...)
			here, aside, err := files.Orphans(t.Context(), l.db)
			var moved []string
			for _, name := range c.want {
				if strings.HasPrefix(name, "orphaned/") {
					moved = append(moved, name)
				}
			}
			if err != nil || here != nil || !cmp.Equal(aside, moved) {
				t.Errorf("after: orphans %v and %v, %v", here, aside, err)
			}
		})
	}
}
