package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/evidence"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/batch/serve/console"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// The console explains, corrects and proves an account as the commands do: a correction that is only tried leaves nothing (BR9), and a
// pack verifies, and is noted where it shows what is masked.
func TestConsoleAccount(t *testing.T) {
	t.Parallel()
	a, db := bookOf(t, "../../fixtures/portfolio")
	dir := t.TempDir()
	supervisors := ""
	a.getenv = func(name string) string {
		return map[string]string{"FURNISHER_FILES": dir, auditKeyVariable: filepath.Join(dir, "audit.key"), "FURNISHER_SUPERVISORS": supervisors}[name] + testKeyset(name)
	}
	if _, err := a.night(t.Context(), db, night{date: september, workers: workersFlag{here: 1}, dir: dir}); err != nil {
		t.Fatal(err)
	}
	var late struct {
		LoanID string `db:"loan_id"`
		Number string `db:"account_number"`
		File   int64  `db:"file"`
	}
	if err := db.DB.Get(&late, `SELECT loan_id, account_number, file FROM tradeline JOIN loan_key USING (loan) WHERE account_status = '71' ORDER BY loan LIMIT 1`); err != nil {
		t.Fatal(err)
	}
	do := a.consoleAccount(db.DB, func() book.Vault { return book.Vault{Keys: pgtest.Keys()} })
	ctx := t.Context()

	x, err := do.Explain(ctx, late.LoanID, inquiry.Which{File: late.File})
	if err != nil || x.File == nil || x.File.Record < 2 || x.Rule == nil || x.Rule.Sentence == "" {
		t.Fatalf("explained: %+v, %v", x, err)
	}
	told := map[string]console.ExplainedField{}
	for _, f := range x.Fields {
		told[f.ID()] = f
	}
	if f := told["account_status"]; f.Value != "71" || f.Start != 124 || len(f.Rules) == 0 || f.Rules[0].ID != "BR2" || len(f.Facts) == 0 || !strings.Contains(f.Source, late.LoanID) {
		t.Errorf("the account status: %+v", f)
	}
	if f := told["account_number"]; strings.Contains(f.Value, late.Number) || f.Value == "" {
		t.Errorf("the account number: %+v", f)
	}
	if do.Meaning("account_status", "71") == "" || do.Meaning("payment_history", "0") == "" || do.Meaning("account_status", "!") != "" || do.Meaning("x", "11") != "" {
		t.Error("codes in words")
	}
	for _, bad := range []struct {
		loan string
		file int64
	}{{"nobody", 0}, {late.LoanID, 99}} {
		if _, err := do.Explain(ctx, bad.loan, inquiry.Which{File: bad.file}); !errors.Is(err, inquiry.ErrNotFound) {
			t.Errorf("%+v: %v", bad, err)
		}
	}

	c := console.Correcting{
		LoanID: late.LoanID, Reason: "paid in time", Evidence: "receipt 12", Source: "HAND", By: "ada", DryRun: true,
		Fields: []console.CorrectedField{{Field: "amount_past_due", Value: "1"}},
	}
	rows := func() (n int) {
		if err := db.DB.Get(&n, `SELECT count(*) FROM correction`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if added, err := do.Correct(ctx, c); err != nil || len(added) != 1 || rows() != 0 {
		t.Fatalf("tried: %+v, %v, %d rows", added, err, rows())
	}
	c.DryRun = false
	for i := range 2 {
		if added, err := do.Correct(ctx, c); err != nil || len(added) != 1 || added[0].Known != (i == 1) || added[0].Field != "amount_past_due" || rows() != 1 {
			t.Errorf("done %d times: %+v, %v, %d rows", i+1, added, err, rows())
		}
	}
	for name, change := range map[string]func(*console.Correcting){
		"another value of a locked field": func(c *console.Correcting) { c.Fields[0].Value = "2" },
		"approved by who asks":            func(c *console.Correcting) { c.Approver = c.By },
		"no source":                       func(c *console.Correcting) { c.Source = "" },
		"a later delinquency, alone": func(c *console.Correcting) {
			c.Fields[0] = console.CorrectedField{Field: "date_first_delinquency", Value: "2026-09-29"}
		},
	} {
		wrong := c
		wrong.Fields = append([]console.CorrectedField{}, c.Fields...)
		if change(&wrong); rows() != 1 {
			t.Fatal(name)
		}
		if _, err := do.Correct(ctx, wrong); !errors.Is(err, servicing.ErrRefused) || rows() != 1 {
			t.Errorf("%s: %v, %d rows", name, err, rows())
		}
	}
	number := int64(0)
	if err := db.DB.Get(&number, `SELECT correction FROM correction`); err != nil {
		t.Fatal(err)
	}
	for _, u := range []struct {
		console.Unlocking
		want error
		live int
	}{
		{console.Unlocking{Correction: number, By: "ada", Approver: "ada", Why: "x"}, servicing.ErrRefused, 1},
		{console.Unlocking{Correction: 99, By: "ada", Approver: "kim", Why: "x"}, servicing.ErrUnknown, 1},
		{console.Unlocking{Correction: number, By: "ada", Approver: "kim", Why: "x", DryRun: true}, nil, 1},
		{console.Unlocking{Correction: number, By: "ada", Approver: "kim", Why: "x"}, nil, 0},
		{console.Unlocking{Correction: number, By: "ada", Approver: "kim", Why: "x"}, servicing.ErrRefused, 0},
	} {
		err, live := do.Unlock(ctx, u.Unlocking), 0
		if failed := db.DB.Get(&live, `SELECT count(*) FROM correction WHERE state = 'LIVE'`); failed != nil || !errors.Is(err, u.want) || live != u.live {
			t.Errorf("%+v: %v, %d live", u.Unlocking, err, live)
		}
	}
	c.LoanID = "nobody"
	if _, err := do.Correct(ctx, c); !errors.Is(err, servicing.ErrUnknown) {
		t.Errorf("no such loan: %v", err)
	}

	supervisors = "kim" // ada, the privacy officer, is none
	order := console.EvidenceOrder{LoanID: late.LoanID, Months: 24, By: "ada", From: "192.0.2.1"}
	acts := func() (n int) {
		if err := db.DB.Get(&n, `SELECT count(*) FROM act WHERE kind = 'UNMASK_EVIDENCE' AND who = 'ada' AND host = '192.0.2.1' AND why = 'asked'`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, unmask := range []bool{false, true} {
		order.Unmask, order.Why = unmask, map[bool]string{true: "asked"}[unmask]
		pack, err := do.Evidence(ctx, order)
		if err != nil {
			t.Fatal(err)
		}
		key, err := merkle.ReadKey(filepath.Join(dir, "audit.key"))
		if err != nil {
			t.Fatal(err)
		}
		report, err := evidence.Verify(bytes.NewReader(pack.ZIP), int64(len(pack.ZIP)), key.Verifier())
		if err != nil || report.About.Unmasked != unmask || pack.Name != "evidence-"+strings.ToLower(late.LoanID)+".zip" || acts() != i {
			t.Errorf("unmasked %t: %+v, %v, %s, %d acts", unmask, report, err, pack.Name, acts())
		}
	}
	order.LoanID = "nobody"
	if _, err := do.Evidence(ctx, order); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such loan: %v", err)
	}
}
