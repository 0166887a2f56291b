package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// The console's month does with files what the commands do, by the same rules: what is refused is refused in words without a path of
// this machine, and what is released is what was looked at, by a person who did not make it.
func TestConsoleMonth(t *testing.T) {
	t.Parallel()
	a, db := bookOf(t, "../../fixtures/portfolio")
	dir := t.TempDir()
	a.getenv = func(name string) string {
		if name == "FURNISHER_FILES" {
			return dir
		}
		return testKeyset(name)
	}
	if _, err := a.night(t.Context(), db, night{date: september, workers: workersFlag{here: 1}, dir: dir}); err != nil {
		t.Fatal(err)
	}
	maker := a.who()
	m := &monthDesk{app: a, db: db, vault: func() book.Vault { return book.Vault{Keys: pgtest.Keys()} }, authority: batch.Authority{}}
	do := m.actions()
	ctx := t.Context()
	act := func(who string) console.FileAct {
		return console.FileAct{File: 1, To: "RELEASED", Who: who, Why: "because", From: "192.0.2.1"}
	}
	refused := func(what string, err error, words string) {
		t.Helper()
		r, is := errors.AsType[*console.Refusal](err)
		if !is || !strings.Contains(r.Words, words) || strings.Contains(r.Words+r.Next, dir) {
			t.Errorf("%s: %v, want a refusal: %s", what, err, words)
		}
	}
	look := act("kim")
	heard := 0
	look.Progress = func(done, of int) {
		if heard++; done != heard || of < done {
			t.Errorf("%d of %d, after %d", done, of, heard-1)
		}
	}
	looked, err := do.Files.Look(ctx, look)
	if heard == 0 {
		t.Error("nobody hears how far a look is")
	}
	if err != nil || !strings.HasPrefix(looked.Sentence, "Looked at ") {
		t.Fatalf("a look: %+v, %v", looked, err)
	}
	finding := console.FindingAct{Findings: []int64{1}, Who: maker, Why: "known", From: "192.0.2.1", Owner: "rivera", Due: september + 30}
	if told, err := do.Findings.Assign(ctx, finding); err != nil || told.Sentence != "Finding 1 is assigned." {
		t.Errorf("assigned: %+v, %v", told, err)
	}
	_, err = do.Findings.Accept(ctx, finding)
	refused("accepted by who made the file", err, "Another person")
	finding.Findings, finding.File, finding.Rule = nil, 1, "V16"
	if told, err := do.Findings.Resolve(ctx, finding); err != nil || told.Sentence != "Finding 1 is put right." {
		t.Errorf("put right: %+v, %v", told, err)
	}
	_, err = do.Findings.Resolve(ctx, finding)
	refused("put right again", err, "has no open finding by V16")
	finding = console.FindingAct{Findings: []int64{1}, Who: "kim", Why: "known"}
	_, err = do.Findings.Accept(ctx, finding)
	refused("accepted though it is fixed", err, "it is FIXED")
	var owner string
	if err := db.DB.Get(&owner, `SELECT concat_ws(' ', owner, due_on, fixed_by) FROM finding WHERE finding = 1`); err != nil || owner != "rivera 2026-10-30 "+maker {
		t.Errorf("the finding: %s, %v", owner, err)
	}
	db.DB.MustExec(`UPDATE finding SET harm = 'SERIOUS' WHERE harm = 'GRAVE'; UPDATE program SET dispute_address = '1 Main St'`)
	_, err = do.Files.Preview(ctx, act(maker))
	refused("a preview of who made it", err, "Another person")
	preview, err := do.Files.Preview(ctx, act("kim"))
	if err != nil {
		t.Fatalf("a preview: %v", err)
	}
	if !preview.Preview || preview.SHA256 == "" || len(preview.Figures) == 0 || len(preview.Warnings) == 0 || preview.Warnings[0].Says == "" || preview.Warnings[0].Found == 0 || !preview.Figures[1].Part {
		t.Fatalf("a preview: %+v", preview)
	}
	state := func() (state string) {
		if err := db.DB.Get(&state, `SELECT state FROM bureau_file WHERE file = 1`); err != nil {
			t.Fatal(err)
		}
		return state
	}
	if got := state(); got != "GENERATED" {
		t.Fatalf("after a preview: %s", got)
	}
	release := act("kim")
	release.SHA256 = strings.Repeat("0", 64)
	_, err = do.Files.Change(ctx, release)
	refused("other bytes", err, "another file than the one that was looked at")
	release.SHA256 = preview.SHA256
	_, err = do.Files.Change(ctx, release)
	refused("without the warnings", err, "not acknowledged")
	for _, w := range preview.Warnings {
		release.Acknowledged = append(release.Acknowledged, w.Rule)
	}
	told, err := do.Files.Change(ctx, release)
	if err != nil || state() != "RELEASED" || told.Sentence != "File 1 is RELEASED." || len(told.Figures) != len(preview.Figures) {
		t.Fatalf("a release: %+v, %v", told, err)
	}
	var who, host string
	if err := db.DB.QueryRow(`SELECT who, host FROM act WHERE kind = 'RELEASE_FILE'`).Scan(&who, &host); err != nil || who != "kim" || host != "192.0.2.1" {
		t.Errorf("released by %s at %s, %v", who, host, err)
	}
	_, err = do.Files.Change(ctx, release)
	refused("a second release", err, "RELEASED already")
	_, err = do.Files.Replace(ctx, act("kim"))
	refused("a replacement of one that counts", err, "")
	void := act("kim")
	void.To = "VOIDED"
	if told, err = do.Files.Change(ctx, void); err != nil || state() != "VOIDED" {
		t.Fatalf("taken back: %+v, %v", told, err)
	}
	if told, err = do.Files.Replace(ctx, act("kim")); err != nil || !strings.Contains(told.Sentence, "replaces file 1") {
		t.Fatalf("replaced: %+v, %v", told, err)
	}
	if err := do.Count(ctx, []int64{1}); err != nil {
		t.Errorf("counted: %v", err)
	}
	due, err := do.Due(ctx, september-29, september)
	if err != nil || len(due) == 0 || due[0].AsOf != september {
		t.Errorf("due: %+v, %v", due, err)
	}
	// A file that somebody has touched is not the one that was made.
	var path string
	if err := db.DB.Get(&path, `SELECT path FROM bureau_file ORDER BY file DESC LIMIT 1`); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	touched := act("lee")
	if err := db.DB.Get(&touched.File, `SELECT max(file) FROM bureau_file`); err != nil {
		t.Fatal(err)
	}
	_, err = do.Files.Preview(ctx, touched)
	refused("a file that was touched", err, "not the one that was made")
	touched.File = 99
	_, err = do.Files.Change(ctx, touched)
	refused("no file", err, "no such file")
}
