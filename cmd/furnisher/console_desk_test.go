package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// The console closes answers, releases locks, proves the record and hands out sheets as the commands do.
func TestConsoleDesk(t *testing.T) {
	t.Parallel()
	a, db := bookOf(t, "../../fixtures/portfolio")
	dir := t.TempDir()
	a.getenv = func(name string) string {
		return map[string]string{"FURNISHER_FILES": dir, auditKeyVariable: filepath.Join(dir, "audit.key")}[name] + testKeyset(name)
	}
	if _, err := a.night(t.Context(), db, night{date: september, workers: workersFlag{here: 1}, dir: dir}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	db.DB.MustExec(`
		INSERT INTO answer (loan, file, destination, record_number, outcome, code, received_on, seen_file, owner, recorded_by, recorded_at)
			SELECT t.loan, t.file, f.destination, 2, 'REFUSED', 'E77', '2026-10-20', f.file, 'ada', 'ada', '2026-10-20T00:00:00Z'
			FROM tradeline t JOIN bureau_file f ON f.file = t.file ORDER BY t.file, t.loan LIMIT 1;
		INSERT INTO correction (loan, field, value, decided, decided_on, known, reason, evidence, source, recorded_by, recorded_at)
			SELECT loan, 'current_balance', '1', '2', '2026-10-31', '{}', 'r', 'e', 'AUD', 'ada', '2026-10-05T00:00:00Z' FROM loan_key ORDER BY loan LIMIT 1`)
	desk := a.consoleDesk(db.DB)
	if err := desk.CloseAnswer(ctx, 1, "kim", "known"); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"an answer that is closed":   desk.CloseAnswer(ctx, 1, "kim", "known"),
		"no answer":                  desk.CloseAnswer(ctx, 9, "kim", "known"),
		"one person":                 desk.ReleaseCorrection(ctx, 1, "kim", "kim", "known"),
		"no correction":              desk.ReleaseCorrection(ctx, 9, "kim", "lee", "known"),
		"nobody who approves":        desk.ReleaseCorrection(ctx, 1, "kim", "", "known"),
		"a release without a reason": desk.ReleaseCorrection(ctx, 1, "kim", "lee", ""),
	} {
		if !errors.Is(err, servicing.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := desk.ReleaseCorrection(ctx, 1, "kim", "lee", "known"); err != nil {
		t.Error(err)
	}
	if err := desk.ReleaseCorrection(ctx, 1, "kim", "lee", "known"); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("released again: %v", err)
	}
	if got := desk.Field("current_balance"); got != "21 Current Balance" {
		t.Errorf("a field is called %q", got)
	}

	do := a.consoleExaminer(db.DB)
	if checks := do.Checks(); len(checks) < 500 || checks[0].ID == "" || checks[0].Sentence == "" || checks[0].Source == "" {
		t.Errorf("%d checks, first %+v", len(checks), checks[0])
	}
	if head, err := do.Head(ctx); head != nil || err != nil {
		t.Errorf("a head before the first: %+v, %v", head, err)
	}
	signed, err := a.signHead(ctx, db.DB)
	if err != nil {
		t.Fatal(err)
	}
	head, err := do.Head(ctx)
	if err != nil || !head.Checked || head.Entries != signed.Entries || head.Root != signed.Root.String() || head.Signed != string(signed.Signed) {
		t.Errorf("the head is %+v, %v", head, err)
	}
	found, err := do.Verify(ctx)
	if err != nil || found.Rows == 0 || found.Heads != 1 || len(found.Findings) != 0 {
		t.Errorf("verified %+v, %v", found, err)
	}
	db.DB.MustExec(`UPDATE answer SET answered_why = 'unknown'`)
	if found, err := do.Verify(ctx); err != nil || len(found.Findings) != 1 || !strings.HasPrefix(found.Findings[0], "answer 1 ") {
		t.Errorf("of an answer that was changed: %+v, %v", found, err)
	}

	if err := a.sample(ctx, db, nil, &sampling{accounts: 5, seed: 1, seeded: true, asJSON: true}); err != nil {
		t.Fatal(err)
	}
	sheets, err := do.Sheets(ctx, 0, 10)
	if err != nil || len(sheets) == 0 || sheets[0].Drawn == 0 || sheets[0].Who != a.who() || sheets[0].AsOf != september.String() {
		t.Fatalf("sheets %+v, %v", sheets, err)
	}
	for as, begins := range map[string]string{"pdf": "%PDF", "csv": "sample,file,seed", "json": "{"} {
		var made bytes.Buffer
		if err := do.Sheet(ctx, sheets[0].Sample, as, &made); err != nil || !strings.HasPrefix(made.String(), begins) {
			t.Errorf("a sheet as %s: %.20q, %v", as, made.String(), err)
		}
	}
	if err := do.Sheet(ctx, 99, "pdf", &bytes.Buffer{}); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no sheet: %v", err)
	}
}
