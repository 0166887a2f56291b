package intake_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const (
	wakeProducts = "product_id,name,portfolio_type,account_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff,payoff_hold_days"
	wakeLoans    = "loan_id,product_id,program_id,account_number,opened_on,promo_ends_on,hold_until,status,status_since,closed_on,servicing_status"
	wakeCycles   = "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due"
	wakeEntries  = "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses"
	wakePauses   = "loan_id,from_on,to_on,reason"
)

// sleepingBook has loans with everything that steps 1 to 3 decide by: L1 and L2 of product I1, L3 of I2.
func sleepingBook() extract {
	return book().
		with("products.csv", wakeProducts, "I1,Loan,I,01,2,2,10,true,0", "I2,Loan,I,01,2,2,10,true,0").
		with("loans.csv", wakeLoans,
			"L1,I1,P1,A1,2025-01-10,2025-06-30,2025-07-31,ACTIVE,2025-01-10,,SERVICING",
			"L2,I1,P1,A2,2025-01-10,,,CLOSED::PAID_OFF,2026-02-03,2026-02-01,SERVICING",
			"L3,I2,P1,A3,2025-01-10,,,ACTIVE,2025-01-10,,SERVICING").
		with("loan_customers.csv", "loan_id,customer_id,ecoa_code,position", "L1,C1,1,1").
		with("cycles.csv", wakeCycles, "L1,1,2025-01-10,2025-02-09,2025-03-02,100.00", "L2,1,2025-01-10,2025-02-09,2025-03-02,100.00").
		with("transactions.csv", wakeEntries,
			"T1,L1,ORIGINATION,1000.00,2025-01-10,2025-01-10T10:00:00Z,SETTLED,", "T2,L2,PAYMENT,10.00,2025-02-10,2025-02-10T10:00:00Z,PENDING,",
			"T3,L3,PAYMENT,10.00,2025-02-10,2025-02-10T10:00:00Z,PENDING,", "T4,L3,PAYMENT,30.00,2025-02-10,2025-02-10T10:00:00Z,SETTLED,").
		with("pauses.csv", wakePauses, "L1,2025-05-01,2025-05-31,HARDSHIP", "L2,2025-05-01,,HARDSHIP")
}

// awake lists the loans that something happened to since all were put to sleep.
func awake(t testing.TB, db *sqlx.DB) string {
	t.Helper()
	var loans []string
	err := db.Select(&loans, `SELECT k.loan_id FROM loan_wake p JOIN loan_key k USING (loan) WHERE p.wake_on <= '2026-01-01' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(loans, " ")
}

// An import wakes the loans that it changes what steps 1 to 3 decide by, and no other.
func TestImportWakes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sleepingBook())
	if got := awake(t, db); got != "L1 L2 L3" {
		t.Fatalf("loans that came in: awake are %q, want all", got)
	}
	// The cases build on each other: each row says something new of the loans.
	for _, c := range []struct {
		name, file, header string
		rows               []string
		want               string
	}{
		{"the promotion's end", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,2025-07-01,2025-07-31,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"no promotion", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,2025-07-31,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"the hold's end", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,2025-08-01,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"no hold", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"the opening", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"another product", "loans.csv", wakeLoans, []string{"L1,I2,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"the product back", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1"},
		{"the status' date", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-11,,SERVICING"}, "L1"},
		{"the status", "loans.csv", wakeLoans, []string{"L3,I2,P1,A3,2025-01-10,,,SUSPENDED::DELINQUENT,2025-04-10,,SERVICING"}, "L3"},
		{"closed by hand", "loans.csv", wakeLoans, []string{"L3,I2,P1,A3,2025-01-10,,,CLOSED::RISK,2025-04-11,2025-04-10,SERVICING"}, "L3"},
		{"the same loans", "loans.csv", wakeLoans, []string{
			"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-11,,SERVICING", "L3,I2,P1,A3,2025-01-10,,,CLOSED::RISK,2025-04-11,2025-04-10,SERVICING",
		}, ""},
		{"a refused loan", "loans.csv", wakeLoans, []string{"L1,I9,P1,A1,2025-01-08,,,ACTIVE,2025-01-12,,SERVICING"}, ""},
		{"a new loan", "loans.csv", wakeLoans, []string{"L4,I2,P1,A4,2025-01-10,,,ACTIVE,2025-01-10,,SERVICING"}, "L4"},

		{"a cycle's due date", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-10,2025-02-09,2025-03-03,100.00"}, "L1"},
		{"a cycle's minimum", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-10,2025-02-09,2025-03-03,100.01"}, "L1"},
		{"a cycle's start", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-09,2025-03-03,100.01"}, "L1"},
		{"a cycle's end", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01"}, "L1"},
		{"another cycle", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01", "L3,1,2025-01-10,2025-02-09,2025-03-02,100.00"}, "L3"},
		{"the same cycles", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01", "L2,1,2025-01-10,2025-02-09,2025-03-02,100.00"}, ""},

		{"a payment", "transactions.csv", wakeEntries, []string{"T5,L3,PAYMENT,10.00,2025-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L3"},
		{"a payment of long ago", "transactions.csv", wakeEntries, []string{"T6,L1,PAYMENT,10.00,2019-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L1"},
		{"a payment to come", "transactions.csv", wakeEntries, []string{"T7,L1,PAYMENT,10.00,2029-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L1"},
		{"a reversal", "transactions.csv", wakeEntries, []string{"T8,L3,REVERSAL,30.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,T4"}, "L3"},
		{"settled", "transactions.csv", wakeEntries, []string{"T2,L2,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,SETTLED,"}, "L2"},
		{"failed", "transactions.csv", wakeEntries, []string{"T3,L3,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,FAILED,"}, "L3"},
		{"the same entries", "transactions.csv", wakeEntries, []string{
			"T2,L2,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,SETTLED,", "T1,L1,ORIGINATION,1000.00,2025-01-10,2025-01-10T10:00:00Z,SETTLED,",
		}, ""},
		{"a refused entry", "transactions.csv", wakeEntries, []string{"T1,L1,ORIGINATION,1000.01,2025-01-10,2025-01-10T10:00:00Z,SETTLED,"}, ""},
		{"two entries, one refused", "transactions.csv", wakeEntries, []string{
			"T9,L2,FEE,1.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,", "T10,L1,REVERSAL,30.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,T4",
		}, "L2"},

		{"another pause", "pauses.csv", wakePauses, []string{"L3,2025-05-01,,HARDSHIP"}, "L3"},
		{"a second pause", "pauses.csv", wakePauses, []string{"L1,2025-07-01,,HARDSHIP"}, "L1"},
		{"a pause ends", "pauses.csv", wakePauses, []string{"L2,2025-05-01,2025-06-01,HARDSHIP"}, "L2"},
		{"a pause without an end", "pauses.csv", wakePauses, []string{"L2,2025-05-01,,HARDSHIP"}, "L2"},
		{"the same pauses", "pauses.csv", wakePauses, []string{"L1,2025-05-01,2025-05-31,HARDSHIP", "L2,2025-05-01,,HARDSHIP"}, ""},

		{"N1", "products.csv", wakeProducts, []string{"I1,Loan,I,01,3,2,10,true,0", "I2,Loan,I,01,2,2,10,true,0"}, "L1 L2"},
		{"no N1", "products.csv", wakeProducts, []string{"I1,Loan,I,01,,2,10,true,0"}, "L1 L2"},
		{"N2", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,10,true,0"}, "L3 L4"},
		{"grace", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,true,0"}, "L3 L4"},
		{"closes on payoff", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,false,0"}, "L3 L4"},
		{"hold days", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,false,3"}, "L3 L4"},
		{"the same products", "products.csv", wakeProducts, []string{"I1,Loan,I,01,,2,10,true,0", "I2,Loan,I,01,2,3,11,false,3"}, ""},
		{"a new product", "products.csv", wakeProducts, []string{"I3,Loan,I,01,2,3,11,false,3"}, ""},

		{"a customer", "customers.csv", "customer_id,surname,address1,city,state,postal_code", []string{"C1,Ash,3 Elm St,Harton,OH,43004"}, ""},
		{"a termination", "terminations.csv", "loan_id,terminated_on,reason", []string{"L1,2026-01-10,ERRO"}, ""},
		{"a schedule", "schedules.csv", "schedule_id,loan_id,kind,state", []string{"S1,L1,CALL,ACTIVE"}, ""},
	} {
		if _, err := db.Exec(`UPDATE loan_wake SET wake_on = 'infinity'`); err != nil {
			t.Fatal(err)
		}
		load(t, db, extract{}.with(c.file, append([]string{c.header}, c.rows...)...))
		if got := awake(t, db); got != c.want {
			t.Errorf("%s: awake are %q, want %q", c.name, got, c.want)
		}
	}
}

// The extract of yesterday, sent whole again, wakes nobody.
func TestSameExtractWakesNobody(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sleepingBook())
	if _, err := db.Exec(`UPDATE loan_wake SET wake_on = 'infinity'`); err != nil {
		t.Fatal(err)
	}
	load(t, db, sleepingBook())
	if got := awake(t, db); got != "" {
		t.Errorf("awake are %q, want none", got)
	}
}

// The night finds a loan awake whose import was the very first one that it slept through, however few loans sleep.
func TestImportWakesTheOnlySleeper(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sleepingBook())
	for _, file := range []string{"cycles.csv", "transactions.csv", "pauses.csv"} {
		if _, err := db.Exec(`
			UPDATE loan_wake SET wake_on = CASE WHEN loan = (SELECT loan FROM loan WHERE loan_id = 'L1')
				THEN DATE '2030-01-01' ELSE DATE '0001-01-01' END`); err != nil {
			t.Fatal(err)
		}
		row := map[string][]string{
			"cycles.csv":       {wakeCycles, "L1,2,2025-02-10,2025-03-09,2025-04-02,100.00"},
			"transactions.csv": {wakeEntries, "T11,L1,PAYMENT,10.00,2025-02-10,2025-02-10T10:00:00Z,SETTLED,"},
			"pauses.csv":       {wakePauses, "L1,2025-09-01,,HARDSHIP"},
		}[file]
		load(t, db, extract{}.with(file, row...))
		if got := awake(t, db); got != "L1 L2 L3" {
			t.Errorf("%s: awake are %q, want all", file, got)
		}
	}
}
