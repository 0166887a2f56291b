package inquiry_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// DC3, Q13: a charge is open until it is paid, waived or reversed; entries that are pending, failed or effective later do not count.
func TestOpenReceivables(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`INSERT INTO loan_key (loan_id) VALUES ('PAID'), ('WAIVED'), ('REVERSED'), ('OPEN'), ('NEW');
		INSERT INTO loan_state (loan, status, status_since, status_cause, episode, count_from, servicing_status, imported_status, imported_status_since, imported_servicing)
			SELECT loan, 'ACTIVE', '2026-05-01', 'TAKEOVER', 0, '2026-05-01', 'SERVICING', 'ACTIVE', '2026-05-01', 'SERVICING' FROM loan_key;
		INSERT INTO loan_transaction (loan, transaction_id, type, amount_cents, effective_on, posted_at, state, reverses)
			SELECT loan, x.id || '-' || loan_id, x.type, 3000, CAST(x.day AS date), CAST(x.day AS date), x.state, x.reverses || '-' || loan_id
			FROM loan_key CROSS JOIN (VALUES
				('', 'F', CAST('LATE_FEE' AS transaction_type), '2026-06-01', 'SETTLED', NULL), ('PAID', 'P', 'PAYMENT', '2026-06-10', 'SETTLED', NULL),
				('WAIVED', 'W', 'WAIVER', '2026-06-10', 'SETTLED', NULL), ('REVERSED', 'R', 'REVERSAL', '2026-06-10', 'SETTLED', 'F'),
				('OPEN', 'P', 'PAYMENT', '2026-06-10', 'PENDING', NULL), ('OPEN', 'Q', 'PAYMENT', '2026-06-10', 'FAILED', NULL)
			) AS x (of_loan, id, type, day, state, reverses) WHERE loan_id <> 'NEW' AND x.of_loan IN ('', loan_id)`)
	for loan, closes := range map[string]bool{"PAID": true, "WAIVED": true, "REVERSED": true, "OPEN": false} {
		for asOf, open := range map[rules.Date]bool{day("2026-05-31"): false, day("2026-06-09"): true, day("2026-06-10"): !closes} {
			r, err := inquiry.OpenReceivables(t.Context(), db, loan, asOf)
			if err != nil || r.Open != open || open && r.Receivables != (rules.Receivables{Balance: 30_00, Charges: 30_00}) {
				t.Errorf("%s as of %s: %+v, %v, want open %t", loan, asOf, r, err, open)
			}
			if r != nil && asOf == day("2026-06-09") && (len(r.Postings) != 1 || r.Postings[0].TransactionID != "F-"+loan || r.Postings[0].Type != "LATE_FEE") {
				t.Errorf("%s: postings %+v", loan, r.Postings)
			}
		}
	}
	if r, err := inquiry.OpenReceivables(t.Context(), db, "NEW", day("2026-06-10")); err != nil || r.Open || len(r.Postings) != 0 {
		t.Errorf("without postings: %+v, %v", r, err)
	}
	if _, err := inquiry.OpenReceivables(t.Context(), db, "X", day("2026-06-10")); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such loan: %v", err)
	}
}

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}
