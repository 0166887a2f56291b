package step_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// protected are the loans with an open bankruptcy, death or military duty of someone liable on $1, said in SQL and from the
// lender's tables alone (Q55).
const protected = `
	SELECT lc.loan FROM loan_customer lc
	JOIN case_party p ON p.customer = lc.customer AND lc.ecoa_code <> '3' OR p.loan = lc.loan
	JOIN case_file f ON f.case_key = p.case_key
	WHERE f.type IN ('BANKRUPTCY', 'DECEASED', 'MILITARY') AND f.deleted_on IS NULL AND (f.closed_on IS NULL OR f.closed_on > $1)`

// pendingOf counts the calls, messages and debits that are pending, legally due notices apart, and the active schedules of loans.
const pendingOf = `
	SELECT (SELECT count(*) FROM scheduled_item WHERE state = 'PENDING' AND NOT required_notice AND loan IN (%[1]s))
	     + (SELECT count(*) FROM schedule WHERE state = 'ACTIVE' AND loan IN (%[1]s))`

// drawCases adds cases of customers C0 to C19, and of loans, with the ids that begin with a prefix.
func (e extract) drawCases(rng *rand.Rand, prefix string, loans []string) {
	pick := func(values ...string) string { return values[rng.IntN(len(values))] }
	for n := range 15 {
		id := fmt.Sprintf("%s%d", prefix, n)
		kind := rules.CaseTypes()[rng.IntN(len(rules.CaseTypes()))]
		e.add("cases", "%s,%s,open,%s,%s,%s,%s,%s", id, kind, pick("2026-05-20", "2026-06-02", "2026-06-05"),
			pick("", "", "2026-06-05", "2026-06-01", "2026-06-02"), pick("true", "false"), pick("true", "false"), pick("", "", "", "2026-06-01"))
		if rng.IntN(4) == 0 {
			e.add("case_parties", "%s,,%s", id, loans[rng.IntN(len(loans))])
			continue
		}
		first := rng.IntN(20)
		for k := range 1 + rng.IntN(2) {
			e.add("case_parties", "%s,C%d,", id, (first+k)%20)
		}
	}
}

// SP7, Q55: after every night no call, message or debit of a bankrupt, deceased or military customer is pending, whatever the
// cases say else and however they come; nobody else loses anything.
func TestNobodyProtectedIsContacted(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	var loans []string
	for n := range 30 {
		loans = append(loans, fmt.Sprintf("L%02d", n))
	}
	e := contacted(loans...)
	e["cases"] = "case_id,type,status,opened_on,closed_on,auto_created,acknowledged,deleted_on\n"
	e["customers"] = "customer_id,surname,first_name,ssn,date_of_birth,address1,city,state,postal_code\n"
	for n := range 20 {
		e.add("customers", "C%d,ALDERBROOK,ROBIN,6661000%02d,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701", n, n+1)
	}
	e["loan_customers"] = "loan_id,customer_id,ecoa_code,position\n"
	for _, id := range loans {
		first := rng.IntN(20)
		for k, ecoa := range []string{"2", "2", "3"}[:1+rng.IntN(3)] {
			e.add("loan_customers", "%s,C%d,%s,%d", id, (first+k)%20, ecoa, k+1)
		}
	}
	e.drawCases(rng, "A", loans)
	db, dir := pgtest.New(t), t.TempDir()
	stopped := map[int64]bool{}
	for n, date := range []string{"2026-06-02", "2026-06-04"} {
		if n > 0 { // what slips in between two nights
			e.drawCases(rng, "B", loans)
			for _, id := range loans {
				e.add("scheduled_items", "D%s,%s,,PAYMENT,PENDING,2026-06-20T09:00:00Z,100.00,false,", id, id)
			}
		}
		e.load(t, db)
		for _, loan := range selectLoans(t, db, protected, date) {
			stopped[loan] = true
		}
		night(t, db, dir, date)
		if left := count(t, db, fmt.Sprintf(pendingOf, protected), date); left != 0 {
			t.Errorf("night %s: %d contacts of protected customers are left", date, left)
		}
		for _, loan := range selectLoans(t, db, "SELECT loan FROM loan_state WHERE servicing_status = 'NOT_SERVICING'") {
			if !stopped[loan] {
				t.Errorf("night %s: loan %d is not serviced, and nobody of it is protected", date, loan)
			}
		}
	}
	if len(stopped) == 0 || len(stopped) == len(loans) {
		t.Errorf("%d of %d loans are protected: the test shows nothing", len(stopped), len(loans))
	}
}

func selectLoans(t testing.TB, db *sqlx.DB, query string, args ...any) (loans []int64) {
	t.Helper()
	if err := db.Select(&loans, query, args...); err != nil {
		t.Fatal(err)
	}
	return loans
}
