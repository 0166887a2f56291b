package step_test

import (
	"context"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// pending counts what would still be called, written or debited though an open case of a liable customer forbids it.
const pending = `
	SELECT count(*) FROM scheduled_item i
	WHERE i.state = 'PENDING' AND NOT i.required_notice AND EXISTS (
		SELECT FROM loan_customer lc JOIN case_party p ON p.customer = lc.customer JOIN case_file f ON f.case_key = p.case_key
		WHERE lc.loan = i.loan AND lc.ecoa_code <> '3' AND f.type IN ('BANKRUPTCY', 'DECEASED', 'MILITARY')
		  AND f.closed_on IS NULL AND f.deleted_on IS NULL)`

// A generated book in which every second loan has something special, taken through its nights by deltas: every row is taken,
// every case can be applied (CA8), those whose end gives nothing back are listed once (SP8), and after each night nothing is pending for a bankrupt, deceased or military customer (SP7).
func TestCasesNights(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	o := fixtures.Options{Loans: 400, Months: 24, Seed: 2, Cases: 50}.WithDefaults()
	dir, ended := t.TempDir(), map[string]bool{}
	bring := func() {
		o.Out = t.TempDir()
		if _, err := fixtures.Generate(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		summary, err := intake.Import(context.Background(), db, intake.Options{Dir: o.Out, MaxBadPercent: 0.1, Now: clock, Vault: vault})
		if err != nil {
			t.Fatal(err)
		}
		if len(summary.Rejects) > 0 {
			t.Fatalf("rejected rows: %+v", summary.Rejects)
		}
	}
	o.Until = o.TakenOver()
	bring()
	for _, date := range o.NightDates() {
		o.Since, o.Until = o.Until, date
		bring()
		r := runner(db, dir)
		r.ChunkSize = 100
		report, err := through(r, rules.Date(date))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range report.Exceptions {
			if x.Code != rules.CodeCaseEnded || ended[x.LoanID] { // SP8: once
				t.Errorf("night %s: %s %s: %s %s", date, x.Step, x.LoanID, x.Code, x.Detail)
			}
			ended[x.LoanID] = true
		}
		if n := count(t, db, pending); n > 0 {
			t.Errorf("night %s: %d items are pending that an open case forbids", date, n)
		}
	}
	if n := count(t, db, `SELECT count(*) FROM status_history WHERE rule = 'Q55'`); n < 20 {
		t.Errorf("%d loans are not serviced because of a case, want at least 20", n)
	}
	if len(ended) < 5 {
		t.Errorf("%d loans are listed because their case has ended, want at least 5", len(ended))
	}
}
