package servicing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// caseColumns is what a test looks at of cases and their parties.
const caseColumns = `SELECT concat_ws(' ', case_id, external_id, type, status, outcome, opened_on, 'closed', closed_on, 'deleted', deleted_on,
	'chapter', chapter, acknowledged, court_case_number, ':', (SELECT string_agg(coalesce(c.customer_id, k.loan_id), '+' ORDER BY 1)
		FROM case_party p LEFT JOIN customer c USING (customer) LEFT JOIN loan_key k ON k.loan = p.loan WHERE p.case_key = f.case_key))
	FROM case_file f ORDER BY case_id`

// ST5, CA1: what the lender sends again undoes nothing that people did with a case; what he sends otherwise than last time counts.
func TestCaseSentAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book("A1", "B1")
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	header := "case_id,external_id,type,status,outcome,opened_on,closed_on,auto_created,acknowledged,court_case_number\n"
	send := func(rows string) string {
		sent := extract{"cases.csv": header + rows, "case_parties.csv": "case_id,customer_id,loan_id\nK1,CA,\nK1,,B1\n"}
		summary := sent.load(t, db)
		if len(summary.Rejects) != 0 {
			t.Errorf("rejects: %+v", summary.Rejects)
		}
		for _, f := range summary.Files {
			if f.File == "cases.csv" {
				return map[bool]string{true: "updated", false: "unchanged"}[f.Updated > 0]
			}
		}
		return ""
	}
	cases := func() string { return rows(t, db, caseColumns) }

	send("K1,,FRAUD_CLAIM,open,,2026-05-20,,true,false,26-1\n")
	did(d.AcknowledgeCase(t.Context(), named("", "K1")))
	u := servicing.UpdateCaseRequest{Order: order(""), CaseID: "K1"}
	u.Outcome, u.ClosedOn, u.CourtCaseNumber = servicing.Give(rules.OutcomeConfirmed), servicing.Give(day("2026-06-02")), servicing.Give("26-2")
	did(d.UpdateCase(t.Context(), u))
	did(d.DissociateCase(t.Context(), parties("", "K1", "LOAN B1")))
	byHand := "K1 FRAUD_CLAIM closed CONFIRMED 2026-05-20 closed 2026-06-02 deleted chapter t 26-2 : CA"
	if got := cases(); got != byHand {
		t.Fatalf("by hand: %s", got)
	}
	before := everything(t, db)
	if what := send("K1,,FRAUD_CLAIM,open,,2026-05-20,,true,false,26-1\n"); what != "unchanged" || cases() != byHand {
		t.Errorf("sent again, %s: %s", what, cases())
	}
	after := everything(t, db)
	for _, table := range []string{"case_party", "loan_wake"} {
		if diff := cmp.Diff(before[table], after[table]); diff != "" {
			t.Errorf("sent again: %s (-before +after):\n%s", table, diff)
		}
	}
	if what := send("K1,,FRAUD_CLAIM,open,REJECTED,2026-05-20,,true,false,26-3\n"); what != "updated" ||
		cases() != "K1 FRAUD_CLAIM closed REJECTED 2026-05-20 closed 2026-06-02 deleted chapter t 26-2 : CA" {
		t.Errorf("sent otherwise, %s: %s", what, cases())
	}
	did(d.DeleteCase(t.Context(), named("", "K1")))
	if what := send("K1,,FRAUD_CLAIM,open,REJECTED,2026-05-20,,true,false,26-3\n"); what != "unchanged" || rows(t, db, `SELECT CAST(deleted_on AS text) FROM case_file`) != "2026-06-02" {
		t.Errorf("a deleted case, %s: %s", what, cases())
	}
}

// CA1: a case that a person created and the lender sends later is one case. It takes the lender's id by its external id; what he
// leaves empty stays.
func TestCaseSentLater(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book("A1", "B1")
	e.load(t, db)
	nights(t, db, t.TempDir(), "2026-06-01")
	did, d := must[*servicing.CaseResult](t), desk(db)
	r := create("", rules.CaseBankruptcy, "", "X-1")
	r.Chapter, r.FiledOn, r.CourtCaseNumber = servicing.Give(7), servicing.Give(day("2026-05-28")), servicing.Give("26-1")
	did(d.CreateCase(t.Context(), r))
	did(d.CreateCase(t.Context(), create("", rules.CaseOther, "K2", "")))
	nights(t, db, t.TempDir(), "2026-06-02", "2026-06-03") // the second one after the payments that the first one cancelled
	sent := extract{
		"cases.csv":        "case_id,external_id,type,status,opened_on,chapter,filed_on\nK1,X-1,BANKRUPTCY,new,2026-05-30,13,\nK2,,OTHER,open,2026-06-02,,\n",
		"case_parties.csv": "case_id,customer_id\nK1,CB\n",
	}
	if summary := sent.load(t, db); len(summary.Rejects) != 0 {
		t.Errorf("rejects: %+v", summary.Rejects)
	}
	if got := rows(t, db, caseColumns); got != "K1 X-1 BANKRUPTCY new 2026-05-30 closed deleted chapter 13 f 26-1 : CA+CB; K2 OTHER open 2026-06-02 closed deleted chapter f : CA" {
		t.Errorf("the cases: %s", got)
	}
	if got := rows(t, db, `SELECT CAST(filed_on AS text) FROM case_file WHERE case_id = 'K1'`); got != "2026-05-28" || woken(t, db) != "A1; B1" {
		t.Errorf("filed on %s; woken %s", got, woken(t, db))
	}
	if done := did(d.ViewCase(t.Context(), named("", "X-1"))); done.Case.CaseID != "K1" {
		t.Errorf("by its external id: %+v", done.Case)
	}
	r.Chapter = servicing.Give(13)
	if again := did(d.CreateCase(t.Context(), create("", rules.CaseBankruptcy, "", "X-1"))); again.Created || again.Changed || again.Case.CaseID != "K1" {
		t.Errorf("created again: %+v", again)
	}
}
