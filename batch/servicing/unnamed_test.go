package servicing_test

import (
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// CD1, ST4: people write names into reasons, and reasons are kept for ever. None of them names a customer, whatever the operation, so
// that after a removal no text does; what else they say stays.
func TestReasonsNameNobody(t *testing.T) {
	t.Parallel()
	db, dir := pgtest.New(t), t.TempDir()
	paidOff().load(t, db)
	const why = `Robin AlderbrookA, 1 Elm St, of old mill, 666-10-0001, (614) 555-0100, said "no"`
	d, did := disputing(db), func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Authority = batch.Authority{Supervisors: []string{"ada"}}
	at := func(date string) servicing.Order { return servicing.Order{By: "ada", Why: why, On: day(date)} }
	nights(t, db, dir, "2026-06-05")
	did(d.OpenDispute(t.Context(), servicing.OpenDisputeRequest{Order: at("2026-06-06"), LoanID: "A1", CaseID: "KA", Channel: rules.DisputeDirect}))
	did(d.AnswerDispute(t.Context(), servicing.AnswerDisputeRequest{Order: at("2026-06-08"), CaseID: "KA", Answer: rules.AnswerVerified, Checked: why, Removes: true}))
	did(d.Hold(t.Context(), servicing.HoldRequest{Order: at("2026-06-08"), LoanID: "A1", Until: day("2026-06-09")}))
	created := servicing.CreateCaseRequest{Order: at("2026-06-08"), CaseID: "KB", CustomerIDs: []string{"CA"}, CaseFields: servicing.CaseFields{
		Type: servicing.Give(rules.CaseOther), CourtCaseNumber: servicing.Give("26-1234"),
	}}
	did(d.CreateCase(t.Context(), created))
	reference := servicing.AssociateRequest{Order: at("2026-06-08"), CaseID: "KB", Associations: []servicing.CaseAssociation{
		{Kind: rules.AssociationDocument, Reference: "letter of AlderbrookA"}, {Kind: rules.AssociationDocument, Reference: "scan\nAlderbrookA"},
	}}
	reference.Key = "scan-1"
	did(d.AssociateCase(t.Context(), reference))
	did(d.EscalateCase(t.Context(), servicing.EscalateRequest{Order: at("2026-06-08"), CaseID: "KB"}))
	did(d.DeleteCase(t.Context(), servicing.CaseRequest{Order: at("2026-06-08"), CaseID: "KB"}))
	did(d.CancelServicing(t.Context(), servicing.CancelRequest{Order: at("2026-06-08"), CustomerID: "CA"}))
	db.MustExec(`INSERT INTO run_exception (run, step, loan, code, detail, first_run) SELECT 1, 'export', loan, 'B18', 'x', 1 FROM loan WHERE loan_id = 'A1'`)
	did(d.ResolveExceptions(t.Context(), servicing.ResolveRequest{Order: at("2026-06-08"), LoanID: "A1"}))
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	db.MustExec(`INSERT INTO finding (loan, destination, rule, harm, says, first_file, last_file, first_seen_on, last_seen_on, times, months, due_on,
			state, accepted_file, accepted_by, accepted_why, accepted_at)
		SELECT loan, 1, 'X', 'SLIGHT', 'x', 1, 1, '2026-06-30', '2026-06-30', 1, 1, '2026-07-30', 'ACCEPTED', 1, 'ada', $1, now() FROM loan WHERE loan_id = 'A1'`, why)
	extract{"customer_removals.csv": "action,customerId,approver,erasure_reason\nremove,CA,kim,AlderbrookA asked\n"}.load(t, db)
	did(d.RemoveCustomer(t.Context(), servicing.RemoveRequest{Order: at("2026-08-01"), CustomerID: "CA", Approver: "kim", ErasureReason: why}))

	all := everything(t, db)
	for table, text := range all {
		if table == "import" || table == "bureau_file" { // the path of the test's folder has its name
			continue
		}
		for _, value := range []string{"alderbrooka", "robin", "1 elm st", "old mill", "666-10-0001", "555-0100", "26-1234"} {
			for _, row := range strings.Split(text, "; ") {
				if lower := strings.ToLower(row); strings.Contains(lower, value) && !strings.Contains(lower, `"cb"`) {
					t.Errorf("%s holds %q: %s", table, value, row)
				}
			}
		}
	}
	const without = `[removed], [removed], of [removed], [removed], ([removed], said "no"`
	for _, query := range []string{
		`SELECT DISTINCT why FROM operation`, `SELECT DISTINCT why FROM status_history WHERE why IS NOT NULL`, `SELECT why FROM exception_note`,
		`SELECT why FROM act WHERE about = 'loan A1'`, `SELECT checked FROM dispute`, `SELECT accepted_why FROM finding WHERE accepted_why IS NOT NULL`,
		`SELECT result -> 'dispute' ->> 'checked' FROM operation WHERE kind = 'ANSWER_DISPUTE'`,
		`SELECT after ->> 'erasure_reason' FROM operation WHERE kind = 'REMOVE_CUSTOMER'`,
	} {
		if got := rows(t, db, query); got != without {
			t.Errorf("%s:\n got %s\nwant %s", query, got, without)
		}
	}
	again, err := d.AssociateCase(t.Context(), reference)
	if err != nil || !again.Repeated || again.Case.Associations[0].Reference != "letter of [removed]" {
		t.Errorf("the association again: %+v, %v", again, err)
	}
}
