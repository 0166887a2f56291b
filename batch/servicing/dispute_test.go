package servicing_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// disputing is a desk that corrects as the command does.
func disputing(db *sqlx.DB) *servicing.Desk {
	d := desk(db)
	d.Correct = func(ctx context.Context, tx *sqlx.Tx, c servicing.Correction) (numbers []int64, err error) {
		n := bureau.NewCorrection{LoanID: c.LoanID, Reason: c.Reason, Evidence: c.Evidence, Source: "DISPUTE", Approver: c.Approver, Who: c.Who, Now: clock(), Vault: vault}
		for _, f := range c.Fields {
			n.Fields = append(n.Fields, bureau.CorrectedField{Field: f.Field, Value: f.Value})
		}
		added, err := n.AddIn(ctx, tx)
		if errors.Is(err, bureau.ErrCorrection) {
			return nil, fmt.Errorf("%w: %w", servicing.ErrRefused, err)
		}
		for _, of := range added {
			numbers = append(numbers, of.Number)
		}
		return numbers, err
	}
	return d
}

// on is an order of a business date.
func on(date string) servicing.Order {
	return servicing.Order{By: "ada", Why: "letter of 1 July", On: day(date)}
}

// opening is a direct dispute of a loan, its case named K and the loan.
func opening(loan string) servicing.OpenDisputeRequest {
	return servicing.OpenDisputeRequest{Order: on("2026-07-01"), LoanID: loan, CaseID: "K" + loan, Channel: rules.DisputeDirect}
}

// acdvOf is an ACDV on a loan.
func acdvOf(loan, control string) servicing.OpenDisputeRequest {
	r := opening(loan)
	r.Channel, r.Bureau, r.ControlNumber, r.Codes, r.BureauDueOn = rules.DisputeACDV, "EQUIFAX", control, []string{"106", "112"}, day("2026-07-24")
	return r
}

func answering(loan string, answer rules.DisputeAnswer) servicing.AnswerDisputeRequest {
	return servicing.AnswerDisputeRequest{Order: on("2026-08-03"), CaseID: "K" + loan, Answer: answer, Checked: "ledger and contract"}
}

// filesSay is what a file says of its loans that belongs to disputes: status, notation, by when one must be answered, or why it leaves a
// loan out.
func filesSay(t *testing.T, db *sqlx.DB, asOf string) string {
	t.Helper()
	return rows(t, db, `
		SELECT x FROM (
			SELECT concat_ws(' ', k.loan_id, t.account_status, nullif(t.compliance_code, ''), t.facts ->> 'case_answer_by') AS x
			FROM tradeline t JOIN loan_key k USING (loan) JOIN bureau_file f USING (file) WHERE f.as_of = $1
			UNION ALL
			SELECT concat_ws(' ', k.loan_id, e.reason, e.rule) FROM excluded e JOIN loan_key k USING (loan) JOIN bureau_file f USING (file) WHERE f.as_of = $1
		) y ORDER BY 1`, asOf)
}

// BR10, CA9, Q56, Q61, Q74, Q78: disputes of each channel with each answer, and what the files say meanwhile and afterwards: the
// notation, the block, one deletion, the corrected field.
func TestDisputes(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	book("A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "I1").load(t, db)
	nights(t, db, dir, "2026-06-30")
	did, d := must[*servicing.DisputeResult](t), disputing(db)
	for _, loan := range []string{"A1", "B1", "C1", "D1"} {
		did(d.OpenDispute(t.Context(), opening(loan)))
	}
	for _, loan := range []string{"E1", "F1", "I1"} {
		r := opening(loan)
		r.Channel = rules.DisputeTheft
		did(d.OpenDispute(t.Context(), r))
	}
	acdv := acdvOf("G1", "4711")
	first := did(d.OpenDispute(t.Context(), acdv))
	again := did(d.OpenDispute(t.Context(), acdv))
	if diff := cmp.Diff(first.Dispute, again.Dispute); diff != "" || again.Changed || again.Operation != 0 {
		t.Errorf("the ACDV again: %+v (-first +again):\n%s", again, diff)
	}
	claim := opening("H1")
	claim.ClaimsFraud = true
	did(d.OpenDispute(t.Context(), claim))
	x := servicing.ExtendDisputeRequest{Order: on("2026-07-20"), CaseID: "KG1", BureauDueOn: day("2026-08-10")}
	if got := did(d.ExtendDispute(t.Context(), x)).Dispute; got.DueOn != day("2026-08-10") || got.InformedOn != day("2026-07-20") {
		t.Errorf("extended: %+v", got)
	}
	nights(t, db, dir, "2026-07-31")
	if got, want := filesSay(t, db, "2026-07-31"), "A1 71 XB 2026-07-31; B1 71 XB 2026-07-31; C1 71 XB 2026-07-31; D1 71 XB 2026-07-31; E1 BLOCKED CA9; "+
		"F1 BLOCKED CA9; G1 71 XB 2026-08-10; H1 71 XB 2026-07-31; I1 BLOCKED CA9"; got != want {
		t.Errorf("while they run:\n%s\nwant\n%s", got, want)
	}

	did(d.AnswerDispute(t.Context(), answering("A1", rules.AnswerVerified)))
	updates := answering("B1", rules.AnswerUpdated)
	updates.Fields = []servicing.CorrectedField{{Field: "21", Value: "900"}}
	updated := did(d.AnswerDispute(t.Context(), updates)).Dispute
	did(d.AnswerDispute(t.Context(), answering("C1", rules.AnswerDeleted)))
	updates.CaseID = "KI1" // no theft, but a mistake
	did(d.AnswerDispute(t.Context(), updates))
	fraud := did(d.AnswerDispute(t.Context(), answering("D1", rules.AnswerDeletedFraud))).Dispute
	did(d.AnswerDispute(t.Context(), answering("E1", rules.AnswerDeletedFraud)))
	did(d.AnswerDispute(t.Context(), answering("F1", rules.AnswerVerified)))
	disagrees := answering("G1", rules.AnswerVerified)
	disagrees.Disagrees = true
	did(d.AnswerDispute(t.Context(), disagrees))
	did(d.AnswerDispute(t.Context(), answering("H1", rules.AnswerVerified)))
	if len(updated.Corrections) != 1 || fmt.Sprint(updated.Copies) != "[EQUIFAX]" || fraud.FraudCaseID == "" {
		t.Errorf("updated %+v\nfraud %+v", updated, fraud)
	}
	if got, want := rows(t, db, `SELECT concat_ws(', ', source, evidence, reason, recorded_by) FROM correction WHERE correction = 1`),
		"DISPUTE, dispute KB1; checked: ledger and contract, letter of 1 July, ada"; got != want {
		t.Errorf("the correction says %s, want %s", got, want)
	}
	nights(t, db, dir, "2026-08-31", "2026-09-30")
	if got, want := filesSay(t, db, "2026-08-31"), "A1 78 XH; B1 78 XH; C1 DA; D1 DF; E1 DF; F1 78; G1 78 XC; H1 78 XH; I1 78"; got != want {
		t.Errorf("after the answers:\n%s\nwant\n%s", got, want)
	}
	if got, want := rows(t, db, `SELECT concat_ws(' ', t.current_balance, t.facts ->> 'correction_current_balance') FROM tradeline t
		JOIN loan_key k USING (loan) JOIN bureau_file f USING (file) WHERE k.loan_id = 'B1' AND f.as_of = '2026-08-31'`), "900 BR9 1 in place of 1000"; got != want {
		t.Errorf("the corrected field: %s, want %s", got, want)
	}
	if got, want := rows(t, db, `SELECT concat_ws(' ', k.loan_id, e.reason) FROM excluded e JOIN loan_key k USING (loan) JOIN bureau_file f USING (file)
		WHERE f.as_of = '2026-09-30' ORDER BY 1`), "C1 ALREADY_DELETED; D1 ALREADY_DELETED; E1 ALREADY_DELETED"; got != want { // DC6
		t.Errorf("deleted once: %s, want %s", got, want)
	}
	if got, want := rows(t, db, `SELECT concat_ws(' ', kind, count(*)) FROM operation WHERE cases <> '{}' AND after ->> 'caseId' <> '' GROUP BY kind ORDER BY 1`),
		"ANSWER_DISPUTE 9; EXTEND_DISPUTE 1; OPEN_DISPUTE 9"; got != want {
		t.Errorf("operations: %s, want %s", got, want)
	}
}

// BR10: what is refused changes nothing; nor does a dry run.
func TestDisputesRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	book("A1", "B1", "B2").load(t, db)
	nights(t, db, t.TempDir(), "2026-06-30")
	did, d := must[*servicing.DisputeResult](t), disputing(db)
	did(d.OpenDispute(t.Context(), acdvOf("A1", "4711")))
	case2 := create("", rules.CaseDispute, "K2", "")
	case2.CustomerIDs, case2.OpenedOn = []string{"CB"}, servicing.Give(day("2026-06-30"))
	if _, err := d.CreateCase(t.Context(), case2); err != nil {
		t.Fatal(err)
	}
	duty := create("", rules.CaseMilitary, "K3", "")
	if _, err := d.CreateCase(t.Context(), duty); err != nil {
		t.Fatal(err)
	}
	before := everything(t, db)
	open := func(change func(*servicing.OpenDisputeRequest)) error {
		r := opening("A1")
		r.CaseID = ""
		change(&r)
		_, err := d.OpenDispute(t.Context(), r)
		return err
	}
	answer := func(change func(*servicing.AnswerDisputeRequest)) error {
		r := answering("A1", rules.AnswerVerified)
		r.On = day("2026-07-20")
		change(&r)
		_, err := d.AnswerDispute(t.Context(), r)
		return err
	}
	for name, c := range map[string]struct{ got, want error }{
		"no loan":                  {open(func(r *servicing.OpenDisputeRequest) { r.LoanID = "" }), servicing.ErrInvalid},
		"an unknown loan":          {open(func(r *servicing.OpenDisputeRequest) { r.LoanID = "Z9" }), servicing.ErrUnknown},
		"an unknown customer":      {open(func(r *servicing.OpenDisputeRequest) { r.CustomerID = "CZ" }), servicing.ErrUnknown},
		"no reason":                {open(func(r *servicing.OpenDisputeRequest) { r.Why = "" }), servicing.ErrInvalid},
		"no channel":               {open(func(r *servicing.OpenDisputeRequest) { r.Channel = "" }), servicing.ErrInvalid},
		"a theft with a kind":      {open(func(r *servicing.OpenDisputeRequest) { r.Channel, r.Kind = rules.DisputeTheft, rules.DisputeFCBA }), servicing.ErrInvalid},
		"from the future":          {open(func(r *servicing.OpenDisputeRequest) { r.ReceivedOn = day("2026-07-02") }), servicing.ErrRefused},
		"a case that there is":     {open(func(r *servicing.OpenDisputeRequest) { r.CaseID = "K2" }), servicing.ErrRefused},
		"an ACDV of another loan":  {open(func(r *servicing.OpenDisputeRequest) { *r = acdvOf("B1", "4711") }), servicing.ErrRefused},
		"nothing was checked":      {answer(func(r *servicing.AnswerDisputeRequest) { r.Checked = "" }), servicing.ErrInvalid},
		"a copy to nobody":         {answer(func(r *servicing.AnswerDisputeRequest) { r.Copies = []string{"ACME"} }), servicing.ErrInvalid},
		"an update of nothing":     {answer(func(r *servicing.AnswerDisputeRequest) { r.Answer = rules.AnswerUpdated }), servicing.ErrInvalid},
		"no dispute":               {answer(func(r *servicing.AnswerDisputeRequest) { r.CaseID = "K3" }), servicing.ErrRefused},
		"a case of two loans":      {answer(func(r *servicing.AnswerDisputeRequest) { r.CaseID = "K2" }), servicing.ErrRefused},
		"a case that there is not": {answer(func(r *servicing.AnswerDisputeRequest) { r.CaseID = "K9" }), servicing.ErrUnknown},
		"a field that the lender's file gives": {answer(func(r *servicing.AnswerDisputeRequest) {
			r.Answer, r.Fields = rules.AnswerUpdated, []servicing.CorrectedField{{Field: "31", Value: "KIM"}}
		}), servicing.ErrRefused},
		"a record that would be invalid": {answer(func(r *servicing.AnswerDisputeRequest) {
			r.Answer, r.Fields = rules.AnswerUpdated, []servicing.CorrectedField{{Field: "17A", Value: "13"}}
		}), servicing.ErrRefused},
		"a dry run": {answer(func(r *servicing.AnswerDisputeRequest) { r.Answer, r.DryRun = rules.AnswerDeleted, true }), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
	if diff := cmp.Diff(before, everything(t, db)); diff != "" {
		t.Errorf("the database (-before +after):\n%s", diff)
	}
	deleted := answering("A1", rules.AnswerDeleted)
	deleted.On = day("2026-07-20")
	did(d.AnswerDispute(t.Context(), deleted))
	if err := answer(func(*servicing.AnswerDisputeRequest) {}); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("answered a second time: %v", err)
	}
	if _, err := db.Exec(`DELETE FROM dispute`); err == nil {
		t.Error("the database lets a dispute go")
	}
}

// Q86: a dispute that a case alone tells of is answered, too; its clock is that of its receipt. Q77: of several liable consumers the
// one of whom a fraud is confirmed leaves the account.
func TestDisputeOfACase(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	e := book("A1", "B1")
	e.add("loan_customers.csv", "A1,CB,2,2")
	e["loan_customers.csv"] = "loan_id,customer_id,ecoa_code,position\nA1,CA,2,1\nA1,CB,2,2\nB1,CB,1,1\n"
	e.load(t, db)
	nights(t, db, dir, "2026-06-30")
	did, d := must[*servicing.DisputeResult](t), disputing(db)
	r := create("", rules.CaseDispute, "K1", "")
	r.CustomerIDs, r.LoanIDs = []string{"CB"}, []string{"A1"}
	r.On, r.ReceivedOn = day("2026-07-02"), servicing.Give(day("2026-06-29"))
	if _, err := d.CreateCase(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	a := answering("A1", rules.AnswerDeletedFraud)
	a.CaseID, a.On = "K1", day("2026-07-20")
	got := did(d.AnswerDispute(t.Context(), a)).Dispute
	if got.LoanID != "A1" || got.Channel != rules.DisputeDirect || got.ReceivedOn != day("2026-06-29") || got.DueOn != day("2026-07-29") {
		t.Errorf("got %+v", got)
	}
	nights(t, db, dir, "2026-07-31")
	if got, want := rows(t, db, `SELECT concat_ws(' ', k.loan_id, t.account_status, t.compliance_code, t.consumers) FROM tradeline t
		JOIN loan_key k USING (loan) JOIN bureau_file f USING (file) WHERE f.as_of = '2026-07-31' ORDER BY 1`), "A1 71  1:1:base:2: 2:2:j1:Z:; B1 71  "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
