package servicing_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

func terminate(key, loan, source, reason string) servicing.TerminateRequest {
	return servicing.TerminateRequest{Order: order(key), LoanID: loan, Source: source, Reason: reason}
}

func undo(key, loan string) servicing.UndoTerminationRequest {
	return servicing.UndoTerminationRequest{Order: order(key), LoanID: loan}
}

// saidOf is what the files say of loans, and why they leave some out.
const saidOf = `SELECT format('%s %s %s', f.as_of, l.loan_id, coalesce(t.account_status, x.reason)) FROM bureau_file f CROSS JOIN loan l
	LEFT JOIN tradeline t ON t.file = f.file AND t.loan = l.loan LEFT JOIN excluded x ON x.file = f.file AND x.loan = l.loan
	WHERE f.state NOT IN ('VOIDED', 'REJECTED') ORDER BY 1`

// DC1, DC3, DC5: what a termination asks for goes out with the next file: fraud and a report as deleted at once, a mistake when
// nothing of the loan is open.
func TestTerminate(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1", "D1", "E1").load(t, db)
	nights(t, db, dir, "2026-06-30")
	did, d := must[*servicing.TerminationResult](t), desk(db)
	done := did(d.TerminateContract(t.Context(), terminate("k1", "A1", "FLTC", "ERRO")))
	if done.LoanID != "A1" || !done.Terminated || done.Contract != (servicing.TerminationView{TerminatedOn: day("2026-07-01"), Source: "FLTC", Reason: "ERRO"}) {
		t.Errorf("terminated: %+v", done)
	}
	did(d.TerminateContract(t.Context(), terminate("", "B1", "", "FRAD")))
	flag := terminate("", "D1", "", "")
	flag.ReportAsDeleted = "DA"
	did(d.TerminateContract(t.Context(), flag))
	if again := did(d.TerminateContract(t.Context(), terminate("k1", "A1", "FLTC", "ERRO"))); !again.Repeated || again.Contract != done.Contract {
		t.Errorf("the same key: %+v", again)
	}
	if got := rows(t, db, `SELECT k.loan_id FROM loan_wake w JOIN loan_key k USING (loan) WHERE w.state = 'STALE' ORDER BY 1`); got != "A1; B1; D1" {
		t.Errorf("woken: %s", got)
	}
	if got := rows(t, db, `SELECT format('%s %s %s->%s', kind, who, before ->> 'reason', after ->> 'reason') FROM operation ORDER BY operation LIMIT 1`); got != "TERMINATE ada ->ERRO" {
		t.Errorf("operation: %s", got)
	}
	open, err := inquiry.OpenReceivables(t.Context(), db, "A1", day("2026-07-31"))
	if err != nil || !open.Open || open.Balance != 1000_00 {
		t.Errorf("open: %+v, %v", open, err)
	}
	nights(t, db, dir, "2026-07-31")
	paid := extract{}
	paid.add("transactions.csv", "transaction_id,loan_id,type,amount,effective_on,posted_at,state")
	paid.add("transactions.csv", "WA1,A1,WAIVER,1000.00,2026-08-10,2026-08-10T12:00:00Z,SETTLED")
	paid.load(t, db)
	nights(t, db, dir, "2026-08-31")
	if got := rows(t, db, saidOf); got != "2026-06-30 A1 11; 2026-06-30 B1 11; 2026-06-30 D1 11; 2026-06-30 E1 11; "+
		"2026-07-31 A1 DELETION_WAITS; 2026-07-31 B1 DF; 2026-07-31 D1 DA; 2026-07-31 E1 71; "+
		"2026-08-31 A1 DA; 2026-08-31 B1 ALREADY_DELETED; 2026-08-31 D1 ALREADY_DELETED; 2026-08-31 E1 78" {
		t.Errorf("said: %s", got)
	}
}

// DC4, Q70, DC2: each error leaves everything as it was. The pair of activity statuses is looked at when the termination starts.
func TestTerminateRefusals(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := book("A1", "B1", "D1")
	e.add("reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason")
	e.add("reason_rules.csv", "T,X,true")
	e["loans.csv"] = strings.Replace(strings.Replace(e["loans.csv"], "servicing_status\n", "servicing_status,activity_status,activity_substatus\n", 1), "SERVICING\n", "SERVICING,,\n", -1)
	e["loans.csv"] = strings.Replace(e["loans.csv"], "2026-05-01,SERVICING,,\nB1", "2026-05-01,SERVICING,T,X\nB1", 1)
	e.load(t, db)
	nights(t, db, dir, "2026-06-01")
	d := desk(db)
	must[*servicing.TerminationResult](t)(d.TerminateContract(t.Context(), terminate("used", "B1", "", "OTHR")))
	db.MustExec(`UPDATE loan SET deletion_reported_on = '2026-05-31', last_reported_on = '2026-05-31' WHERE loan_id = 'D1'`)
	before := everything(t, db)
	with := func(r servicing.TerminateRequest, change func(*servicing.TerminateRequest)) servicing.TerminateRequest {
		change(&r)
		return r
	}
	sound := terminate("", "A1", "WEB", "ERRO")
	for name, c := range map[string]struct {
		request servicing.TerminateRequest
		want    error
	}{
		"nobody asks":        {with(sound, func(r *servicing.TerminateRequest) { r.By = "" }), servicing.ErrInvalid},
		"no why":             {with(sound, func(r *servicing.TerminateRequest) { r.Why = "" }), servicing.ErrInvalid},
		"nothing":            {terminate("", "A1", "", ""), servicing.ErrInvalid},
		"flat cancel":        {terminate("", "A1", "FLTC", ""), servicing.ErrInvalid},
		"another flag":       {with(sound, func(r *servicing.TerminateRequest) { r.ReportAsDeleted = "DX" }), servicing.ErrInvalid},
		"long":               {terminate("", "A1", strings.Repeat("x", 65), "ERRO"), servicing.ErrInvalid},
		"unknown loan":       {terminate("", "X1", "", "ERRO"), servicing.ErrUnknown},
		"another reason":     {terminate("", "A1", "", "BORED"), servicing.ErrRefused},
		"the pair":           {terminate("", "A1", "WEB", ""), servicing.ErrRefused},
		"later":              {with(sound, func(r *servicing.TerminateRequest) { r.TerminatedOn = day("2026-06-03") }), servicing.ErrRefused},
		"before the opening": {with(sound, func(r *servicing.TerminateRequest) { r.TerminatedOn = day("2026-04-30") }), servicing.ErrRefused},
		"terminated":         {terminate("", "B1", "", "ERRO"), servicing.ErrRefused},
		"deleted":            {terminate("", "D1", "", "ERRO"), servicing.ErrRefused},
		"closed date":        {with(sound, func(r *servicing.TerminateRequest) { r.On = day("2026-06-01") }), servicing.ErrRefused},
		"used key":           {terminate("used", "A1", "", "ERRO"), servicing.ErrKeyUsed},
	} {
		if done, err := d.TerminateContract(t.Context(), c.request); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v, want %v", name, done, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		request servicing.UndoTerminationRequest
		want    error
	}{
		"undo: no why":         {servicing.UndoTerminationRequest{Order: servicing.Order{By: "ada"}, LoanID: "B1"}, servicing.ErrInvalid},
		"undo: unknown loan":   {undo("", "X1"), servicing.ErrUnknown},
		"undo: not terminated": {undo("", "A1"), servicing.ErrRefused},
		"undo: used key":       {undo("used", "B1"), servicing.ErrKeyUsed},
	} {
		if done, err := d.UndoTermination(t.Context(), c.request); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v, want %v", name, done, err, c.want)
		}
	}
	dry := sound
	dry.DryRun = true
	if done, err := d.TerminateContract(t.Context(), dry); err != nil || !done.DryRun || !done.Terminated {
		t.Errorf("dry run: %+v, %v", done, err)
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	flag := terminate("", "B1", "", "")
	flag.ReportAsDeleted = "DF"
	if done, err := d.TerminateContract(t.Context(), flag); err != nil || done.Contract.Reason != "OTHR" || done.Contract.ReportAsDeleted != "DF" {
		t.Errorf("a flag on a termination that stands: %+v, %v", done, err)
	}
}

// DC2: a termination is undone until a file that tells of it is released; one that is made must be voided first. The lender's own
// termination does not come back by being sent again, another one does.
func TestUndoTermination(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := book("A1", "B1", "D1")
	e.add("terminations.csv", "loan_id,terminated_on,reason")
	e.load(t, db)
	nights(t, db, dir, "2026-06-30")
	sent := extract{"terminations.csv": "loan_id,terminated_on,reason\nA1,2026-07-01,FRAD\nB1,2026-07-01,FRAD\n"}
	sent.load(t, db)
	did, d := must[*servicing.TerminationResult](t), desk(db)
	done := did(d.UndoTermination(t.Context(), undo("k1", "A1")))
	if done.Terminated || done.Contract.Reason != "FRAD" || rows(t, db, `SELECT l.loan_id FROM termination t JOIN loan l USING (loan)`) != "B1" {
		t.Errorf("undone: %+v", done)
	}
	if again := did(d.UndoTermination(t.Context(), undo("k1", "A1"))); !again.Repeated {
		t.Errorf("the same key: %+v", again)
	}
	did(d.TerminateContract(t.Context(), terminate("", "D1", "", "PAID")))
	sent.load(t, db)
	nights(t, db, dir, "2026-07-31")
	if got := rows(t, db, `SELECT l.loan_id || ' ' || t.reason FROM termination t JOIN loan l USING (loan) ORDER BY 1`); got != "B1 FRAD; D1 PAID" {
		t.Errorf("sent again: %s", got)
	}
	if got := rows(t, db, saidOf); !strings.HasSuffix(got, "2026-07-31 A1 71; 2026-07-31 B1 DF; 2026-07-31 D1 71") {
		t.Errorf("said: %s", got)
	}

	said := func(loan, want string) {
		t.Helper()
		if _, err := d.UndoTermination(t.Context(), undo("", loan)); !errors.Is(err, servicing.ErrRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", loan, err, want)
		}
	}
	said("B1", "file 2 tells of the termination: void it first")
	pgtest.PlaceFiles(t, db)
	db.MustExec(`UPDATE bureau_file SET state = 'RELEASED' WHERE file = 2`)
	said("B1", "file 2 has told the bureaus of the termination")
	did(d.UndoTermination(t.Context(), undo("", "D1"))) // the file does not tell of it
	db.MustExec(`UPDATE bureau_file SET state = 'VOIDED' WHERE file = 2; UPDATE deletion SET live = FALSE`)
	did(d.UndoTermination(t.Context(), undo("", "B1")))
	sent.load(t, db)
	if got := rows(t, db, `SELECT l.loan_id FROM termination t JOIN loan l USING (loan)`); got != "" {
		t.Errorf("sent again after it was undone: %s", got)
	}
	other := extract{"terminations.csv": "loan_id,terminated_on,reason\nA1,2026-07-01,FRAD\nB1,2026-07-02,FRAD\nD1,2026-07-01,SETT\n"}
	other.load(t, db)
	if got := rows(t, db, `SELECT concat_ws(' ', l.loan_id, t.terminated_on, t.reason) FROM termination t JOIN loan l USING (loan) ORDER BY 1`); got != "B1 2026-07-02 FRAD; D1 2026-07-01 SETT" {
		t.Errorf("another one: %s", got)
	}
}

// A termination beside a night waits for the chunk that decides its loan, and an undo is refused while a file is made that may tell
// of it.
func TestTerminateBesideANight(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-07-20")
	release := block(t, db, `SELECT FROM loan_state s JOIN loan_key k USING (loan) WHERE k.loan_id = 'A1' FOR UPDATE OF s`)
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-07-25") })
	waiting(t, db, 1)
	operation := beside(func() (*servicing.TerminationResult, error) {
		return desk(db).TerminateContract(context.Background(), terminate("k1", "A1", "", "FRAD"))
	})
	second := beside(func() (*servicing.TerminationResult, error) {
		return desk(db).TerminateContract(context.Background(), terminate("k1", "A1", "", "FRAD"))
	})
	waiting(t, db, 3)
	release()
	one, err := operation()
	two, again := second()
	if err != nil || again != nil || one.Operation != two.Operation || one.Repeated == two.Repeated {
		t.Fatalf("%+v, %v; %+v, %v", one, err, two, again)
	}
	if summary, err := running(); err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	db.MustExec(`INSERT INTO bureau_file (file, run, program, destination, as_of, previous_on, created_on, state)
		SELECT 99, (SELECT max(run) FROM run), program, destination, '2026-07-31', '2026-06-30', '2026-07-31', 'BUILDING' FROM destination`)
	if _, err := desk(db).UndoTermination(t.Context(), undo("", "A1")); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("while a file is made: %v", err)
	}
}

// Q94: a rescission ends what the termination says from its day on, once, and outlasts an extract that is sent again.
func TestRescindTermination(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-06-30")
	sent := extract{"terminations.csv": "loan_id,terminated_on,reason\nA1,2026-07-01,REPO\n"}
	sent.load(t, db)
	nights(t, db, dir, "2026-07-31")
	d := desk(db)
	rescind := servicing.RescindRequest{Order: order("k1"), LoanID: "A1"}
	before := everything(t, db)
	for name, c := range map[string]struct {
		change func(*servicing.RescindRequest)
		want   error
	}{
		"no why":              {func(r *servicing.RescindRequest) { r.Why = "" }, servicing.ErrInvalid},
		"unknown loan":        {func(r *servicing.RescindRequest) { r.LoanID = "X1" }, servicing.ErrUnknown},
		"not terminated":      {func(r *servicing.RescindRequest) { r.LoanID = "B1" }, servicing.ErrRefused},
		"before it":           {func(r *servicing.RescindRequest) { r.RescindedOn = day("2026-06-30") }, servicing.ErrRefused},
		"after business date": {func(r *servicing.RescindRequest) { r.RescindedOn = day("2026-08-02") }, servicing.ErrRefused},
	} {
		r := rescind
		c.change(&r)
		if done, err := d.RescindTermination(t.Context(), r); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v, want %v", name, done, err, c.want)
		}
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	did := must[*servicing.TerminationResult](t)
	if done := did(d.RescindTermination(t.Context(), rescind)); !done.Terminated || done.Contract.RescindedOn != day("2026-08-01") {
		t.Errorf("rescinded: %+v", done)
	}
	if again := did(d.RescindTermination(t.Context(), rescind)); !again.Repeated {
		t.Errorf("the same key: %+v", again)
	}
	sent.load(t, db)
	nights(t, db, dir, "2026-08-31")
	if got := rows(t, db, `SELECT concat_ws(' ', f.as_of, t.account_status, t.special_comment) FROM bureau_file f JOIN tradeline t USING (file) JOIN loan l USING (loan)
		WHERE l.loan_id = 'A1' ORDER BY f.as_of`); got != "2026-06-30 11 ; 2026-07-31 96 ; 2026-08-31 78 AZ" {
		t.Errorf("said: %s", got)
	}
}

// An export reads loans without locking them. An undo that comes while it has read the loan is refused, and a file that begins while
// an undo is under way waits for it: no file tells of what was undone.
func TestUndoBesideAnExport(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1").load(t, db)
	nights(t, db, dir, "2026-06-30")
	did, d := must[*servicing.TerminationResult](t), desk(db)
	did(d.TerminateContract(t.Context(), terminate("", "A1", "", "FRAD")))
	did(d.TerminateContract(t.Context(), terminate("", "B1", "", "FRAD")))
	nights(t, db, dir, "2026-07-29", "2026-07-30") // the loans sleep

	release := block(t, db, `SELECT FROM termination t JOIN loan l USING (loan) WHERE l.loan_id = 'B1' FOR UPDATE OF t`)
	undoing := beside(func() (*servicing.TerminationResult, error) {
		return desk(db).UndoTermination(context.Background(), undo("", "B1"))
	})
	waiting(t, db, 1) // the undo holds the files, and waits to take the termination back
	running := beside(func() (*batch.Summary, error) { return night(db, dir, "2026-07-31") })
	waiting(t, db, 2)
	hold := block(t, db, `LOCK TABLE deletion IN SHARE MODE`)
	release()
	if done, err := undoing(); err != nil || done.Terminated {
		t.Errorf("an undo before the file: %+v, %v", done, err)
	}
	waiting(t, db, 1) // the export has read A1, and waits to write its deletion
	if _, err := d.UndoTermination(t.Context(), undo("", "A1")); !errors.Is(err, servicing.ErrRefused) || !strings.Contains(err.Error(), "which is being made") {
		t.Errorf("an undo while the file is made: %v", err)
	}
	hold()
	if summary, err := running(); err != nil || summary.State != "CLOSED" {
		t.Fatalf("the night: %+v, %v", summary, err)
	}
	if got := rows(t, db, saidOf); !strings.HasSuffix(got, "2026-07-31 A1 DF; 2026-07-31 B1 71") {
		t.Errorf("said: %s", got)
	}
}
