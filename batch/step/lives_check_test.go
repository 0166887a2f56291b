package step_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/rules"
)

// check reads what has changed and holds it against the model.
func (w *world) check(r *rapid.T) { w.read(r, 0) }

// read reads the files, judges those that are new, and then all of them together. replaced is one that was made again beside its
// night.
func (w *world) read(r *rapid.T, replaced int64) {
	var now []*lived
	err := w.db.Select(&now, `SELECT f.file, f.run, f.as_of, f.created_on, f.state, f.path, f.sha256, x.name AS destination,
			EXISTS (SELECT FROM delivery d WHERE d.file = f.file) AS sending
		FROM bureau_file f JOIN destination x USING (destination) WHERE state <> 'BUILDING' ORDER BY file`)
	if err != nil {
		r.Fatal(err)
	}
	known := map[int64]*lived{}
	for _, f := range w.files {
		known[f.File] = f
	}
	w.files = now
	for _, f := range now {
		old := known[f.File]
		if old != nil {
			f.replaced, f.says = old.replaced, old.says
		}
		if old == nil || old.State != f.State {
			w.prove(r, f)
		}
		if old == nil {
			f.replaced, f.says = f.File == replaced, w.says(r, f)
		}
	}
	for _, f := range now {
		if known[f.File] == nil && f.counts() && !w.corrected {
			if err := judge(w.lives, f, chainOf(now, func(o *lived) bool { return o.To == f.To && o.File < f.File })); err != nil {
				r.Fatal(err)
			}
		}
	}
	if err := deletedOnce(now); err != nil {
		r.Fatal(err)
	}
	w.checkDeletions(r)
}

// prove holds a file on disk, and one that is made again from the database, against its hash.
func (w *world) prove(r *rapid.T, f *lived) {
	body, err := os.ReadFile(f.Path)
	if err != nil {
		r.Fatal(err)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != f.SHA256 {
		r.Fatalf("file %d, %s: the hash on disk is %x, want %s", f.File, f.State, sum, f.SHA256)
	}
	dir, err := os.MkdirTemp(filepath.Join(w.dir, ".."), "rebuilt")
	if err == nil {
		_, err = bureau.Files{Vault: vault}.Rebuild(w.t.Context(), w.db, f.File, dir, "test", clock())
	}
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		r.Fatal(err)
	}
}

// says reads the account statuses of a file.
func (w *world) says(r *rapid.T, f *lived) map[string]string {
	says := map[string]string{}
	for account, base := range records(w.t, f.Path) {
		says[strings.TrimPrefix(account, "ACCT")] = base.AccountStatus
	}
	return says
}

// checkDeletions compares the deletions of the database with what the files say (DC6).
func (w *world) checkDeletions(r *rapid.T) {
	var rows []string
	err := w.db.Select(&rows, "SELECT concat_ws(' ', d.file, k.loan_id, d.code, d.live) FROM deletion d JOIN loan_key k USING (loan) JOIN bureau_file f USING (file) WHERE f.state <> 'BUILDING'")
	if err != nil {
		r.Fatal(err)
	}
	want := map[string]bool{}
	for _, f := range w.files {
		for id, says := range f.says {
			if says == rules.StatusDelete || says == rules.StatusDeleteFraud {
				live := "f"
				if f.counts() {
					live = "t"
				}
				want[fmt.Sprintf("%d %s %s %s", f.File, id, says, live)] = true
			}
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(rows)), cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		r.Fatalf("deletions (-files +database):\n%s", diff)
	}
}
