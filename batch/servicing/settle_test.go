package servicing_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// mistake is a book in which A1, which owes 1,030.00, was reported; it is a mistake.
func mistake(t *testing.T) (db *sqlx.DB, dir string) {
	t.Helper()
	db, dir = pgtest.New(t), t.TempDir()
	e := book("A1", "B1")
	e.add("transactions.csv", "FA1,A1,LATE_FEE,30.00,2026-06-25,2026-06-25T12:00:00Z,SETTLED")
	e.add("transactions.csv", "PA1,A1,PAYMENT,10.00,2026-06-26,2026-06-26T12:00:00Z,PENDING")
	e.load(t, db)
	nights(t, db, dir, "2026-06-30", "2026-07-31")
	return db, dir
}

func settlement(key string, how rules.Settling, amount rules.Cents, reverses string) servicing.SettleRequest {
	return servicing.SettleRequest{Order: order(key), LoanID: "A1", How: how, Amount: amount, Reverses: reverses}
}

// DC3: what of a terminated loan is open is reversed, paid and waived by transactions, each once; then its deletion goes out.
func TestSettleWhatIsOpen(t *testing.T) {
	t.Parallel()
	db, dir := mistake(t)
	if _, err := desk(db).Settle(t.Context(), settlement("k0", rules.Pay, 1_00, "")); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("of a loan that is not terminated: %v", err)
	}
	if _, err := desk(db).TerminateContract(t.Context(), servicing.TerminateRequest{Order: order("t"), LoanID: "A1", Reason: "ERRO"}); err != nil {
		t.Fatal(err)
	}
	wrong := func(name string, want error, change func(*servicing.SettleRequest)) {
		t.Helper()
		r := settlement("", rules.Pay, 1_00, "")
		change(&r)
		before := everything(t, db)
		if _, err := desk(db).Settle(t.Context(), r); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		for table, now := range everything(t, db) {
			if now != before[table] {
				t.Errorf("%s changed %s", name, table)
			}
		}
	}
	wrong("more than is open", servicing.ErrRefused, func(r *servicing.SettleRequest) { r.Amount = 1030_01 })
	wrong("nothing", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.Amount = 0 })
	wrong("without why", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.Why = "" })
	wrong("no way to settle", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.How = "FORGET" })
	wrong("a payment that reverses", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.Reverses = "FA1" })
	wrong("a reversal of nothing", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.How, r.Amount = rules.Reverse, 0 })
	wrong("a reversal of an amount", servicing.ErrInvalid, func(r *servicing.SettleRequest) { r.How, r.Reverses = rules.Reverse, "FA1" })
	wrong("an unknown transaction", servicing.ErrUnknown, func(r *servicing.SettleRequest) { r.How, r.Amount, r.Reverses = rules.Reverse, 0, "FX" })
	wrong("another loan's transaction", servicing.ErrUnknown, func(r *servicing.SettleRequest) { r.How, r.Amount, r.Reverses = rules.Reverse, 0, "OB1" })
	wrong("a pending payment", servicing.ErrRefused, func(r *servicing.SettleRequest) { r.How, r.Amount, r.Reverses = rules.Reverse, 0, "PA1" })
	wrong("an id of another transaction", servicing.ErrRefused, func(r *servicing.SettleRequest) { r.TransactionID = "OB1" })
	wrong("a date to come", servicing.ErrRefused, func(r *servicing.SettleRequest) { r.EffectiveOn = day("2027-01-01") })
	wrong("an unknown loan", servicing.ErrUnknown, func(r *servicing.SettleRequest) { r.LoanID = "X" })
	dry := settlement("dry", rules.Pay, 1030_00, "")
	dry.DryRun = true
	if done, err := desk(db).Settle(t.Context(), dry); err != nil || done.Open || done.Operation != 0 {
		t.Errorf("a dry run: %+v, %v", done, err)
	}

	for _, s := range []struct {
		request servicing.SettleRequest
		kind    string
		balance rules.Cents
	}{
		{settlement("k1", rules.Reverse, 0, "FA1"), "REVERSAL", 1000_00},
		{settlement("k2", rules.Pay, 600_00, ""), "PAYMENT", 400_00},
		{settlement("k3", rules.Waive, 400_00, ""), "WAIVER", 0},
	} {
		for _, repeated := range []bool{false, true} {
			woken := `SELECT format('%s %s', w.version, w.why) FROM loan_wake w JOIN loan l USING (loan) WHERE l.loan_id = 'A1'`
			before := rows(t, db, woken)
			done, err := desk(db).Settle(t.Context(), s.request)
			if err != nil {
				t.Fatalf("%s: %v", s.kind, err)
			}
			if now := rows(t, db, woken); (now == before) != repeated || !strings.HasSuffix(now, " transactions") {
				t.Errorf("%s: the loan was woken %s, then %s", s.kind, before, now)
			}
			if done.Repeated != repeated || done.Type != s.kind || done.Balance != s.balance || done.Open != (s.balance != 0) {
				t.Errorf("%s: %+v, want a balance of %s", s.kind, done, s.balance)
			}
		}
	}
	if _, err := desk(db).Settle(t.Context(), settlement("k4", rules.Reverse, 0, "FA1")); !errors.Is(err, servicing.ErrRefused) {
		t.Errorf("reversed twice: %v", err)
	}
	if got := rows(t, db, `SELECT concat_ws(' ', t.type, t.amount_cents, t.effective_on, t.reverses) FROM loan_transaction t
		JOIN operation o ON t.transaction_id = 'operation-' || o.operation ORDER BY t.type`); got != "PAYMENT 60000 2026-08-01; WAIVER 40000 2026-08-01; REVERSAL 3000 2026-08-01 FA1" {
		t.Errorf("transactions: %s", got)
	}
	nights(t, db, dir, "2026-08-31")
	if got := rows(t, db, `SELECT x.code FROM deletion x JOIN loan l USING (loan) WHERE l.loan_id = 'A1'`); got != "DA" {
		t.Errorf("deletions: %q", got)
	}
	if got := rows(t, db, `SELECT code FROM run_exception WHERE code = 'DRIFT'`); got != "" {
		t.Error("a packed row was not what the book says")
	}
}
