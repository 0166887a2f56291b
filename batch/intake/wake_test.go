package intake_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	facts "github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

const (
	wakeProducts = "product_id,name,portfolio_type,account_type,delinquent_after,charge_off_after,grace_days,closes_on_payoff,payoff_hold_days"
	wakeLoans    = "loan_id,product_id,program_id,account_number,opened_on,promo_ends_on,hold_until,status,status_since,closed_on,servicing_status"
	wakeCycles   = "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due"
	wakeEntries  = "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses"
	wakePauses   = "loan_id,from_on,to_on,reason"
	wakePrograms = "program_id,identification_number,reporter_name,reporter_address,calendar,dofd_rule,charge_off_past_due,accommodations,reason_aliases"
	wakeItems    = "item_id,loan_id,kind,state,due_at,payer_told_on"
	wakeCases    = "case_id,type,status,opened_on,closed_on"
	wakeParties  = "case_id,customer_id,loan_id"
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

// awake lists the loans that something happened to since all were put to sleep, with a ! those whose packed rows are to be
// made anew.
func awake(t testing.TB, db *sqlx.DB) string {
	t.Helper()
	var loans []string
	err := db.Select(&loans, `
		SELECT k.loan_id || CASE WHEN w.state = 'STALE' THEN '!' ELSE '' END
		FROM loan_wake w JOIN loan_key k USING (loan) WHERE w.state <> 'ASLEEP' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(loans, ", ")
}

// allAsleep puts the loans to sleep with right packed rows, as a night does. It fails the test if the row of one that was
// not stale is not what the book says.
func allAsleep(t testing.TB, db *sqlx.DB) {
	t.Helper()
	ctx := context.Background()
	var right, anew map[int64]string
	err := database.InTx(ctx, db, func(tx *sqlx.Tx) error {
		right = factsOf(t, tx)
		var keys []int64
		if err := tx.SelectContext(ctx, &keys, "UPDATE loan_wake SET state = 'STALE', wake_on = '-infinity' RETURNING loan"); err != nil {
			return err
		}
		settings, err := facts.ReadSettings(ctx, tx)
		if err != nil {
			return err
		}
		loans, err := vault.Lock(ctx, tx, settings, keys, rules.NewDate(2026, 11, 1))
		if err != nil {
			return err
		}
		if err := vault.Save(ctx, tx, batch.Chunk{}, loans, func(*facts.Loan) rules.Date { return rules.Never }); err != nil {
			return err
		}
		anew = factsOf(t, tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for loan, held := range right {
		if held != anew[loan] {
			t.Errorf("a packed row that is held right is %s, and made anew %s", held, anew[loan])
		}
	}
}

// An import wakes the loans of which it changes what a night knows of them, and no other; and it adds to a packed row what
// came in, or leaves it to be made anew.
func TestImportWakes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sleepingBook())
	if got := awake(t, db); got != "L1!, L2!, L3!" {
		t.Fatalf("loans that came in: awake are %q, want all", got)
	}
	// The cases build on each other: each row says something new of the loans.
	for _, c := range []struct {
		name, file, header string
		rows               []string
		want               string
	}{
		{"the promotion's end", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,2025-07-01,2025-07-31,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"no promotion", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,2025-07-31,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"the hold's end", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,2025-08-01,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"no hold", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-10,,,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"the opening", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"another product", "loans.csv", wakeLoans, []string{"L1,I2,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"the product back", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-10,,SERVICING"}, "L1!"},
		{"the status' date", "loans.csv", wakeLoans, []string{"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-11,,SERVICING"}, "L1!"},
		{"the status", "loans.csv", wakeLoans, []string{"L3,I2,P1,A3,2025-01-10,,,SUSPENDED::DELINQUENT,2025-04-10,,SERVICING"}, "L3!"},
		{"closed by hand", "loans.csv", wakeLoans, []string{"L3,I2,P1,A3,2025-01-10,,,CLOSED::RISK,2025-04-11,2025-04-10,SERVICING"}, "L3!"},
		{"the same loans", "loans.csv", wakeLoans, []string{
			"L1,I1,P1,A1,2025-01-09,,,ACTIVE,2025-01-11,,SERVICING", "L3,I2,P1,A3,2025-01-10,,,CLOSED::RISK,2025-04-11,2025-04-10,SERVICING",
		}, ""},
		{"a refused loan", "loans.csv", wakeLoans, []string{"L1,I9,P1,A1,2025-01-08,,,ACTIVE,2025-01-12,,SERVICING"}, ""},
		{"a new loan", "loans.csv", wakeLoans, []string{"L4,I2,P1,A4,2025-01-10,,,ACTIVE,2025-01-10,,SERVICING"}, "L4!"},

		{"a cycle's due date", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-10,2025-02-09,2025-03-03,100.00"}, "L1!"},
		{"a cycle's minimum", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-10,2025-02-09,2025-03-03,100.01"}, "L1!"},
		{"a cycle's start", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-09,2025-03-03,100.01"}, "L1!"},
		{"a cycle's end", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01"}, "L1!"},
		{"another cycle", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01", "L3,1,2025-01-10,2025-02-09,2025-03-02,100.00"}, "L3"},
		{"two cycles", "cycles.csv", wakeCycles, []string{"L3,3,2025-03-10,2025-04-09,2025-05-02,100.00", "L3,2,2025-02-10,2025-03-09,2025-04-02,100.00"}, "L3"},
		{"a cycle's minimum, and another cycle", "cycles.csv", wakeCycles, []string{
			"L3,4,2025-04-10,2025-05-09,2025-06-02,100.00", "L3,2,2025-02-10,2025-03-09,2025-04-02,100.01", "L1,2,2025-02-11,2025-03-09,2025-04-02,100.00",
		}, "L1, L3!"},
		{"the same cycles", "cycles.csv", wakeCycles, []string{"L1,1,2025-01-11,2025-02-10,2025-03-03,100.01", "L2,1,2025-01-10,2025-02-09,2025-03-02,100.00"}, ""},

		{"a payment", "transactions.csv", wakeEntries, []string{"T5,L3,PAYMENT,10.00,2025-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L3"},
		{"a payment of long ago", "transactions.csv", wakeEntries, []string{"T6,L1,PAYMENT,10.00,2019-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L1"},
		{"a payment to come", "transactions.csv", wakeEntries, []string{"T7,L1,PAYMENT,10.00,2029-02-11,2025-02-11T10:00:00Z,SETTLED,"}, "L1"},
		{"a reversal", "transactions.csv", wakeEntries, []string{"T8,L3,REVERSAL,30.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,T4"}, "L3!"},
		{"settled", "transactions.csv", wakeEntries, []string{"T2,L2,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,SETTLED,"}, "L2!"},
		{"failed", "transactions.csv", wakeEntries, []string{"T3,L3,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,FAILED,"}, "L3!"},
		{"the same entries", "transactions.csv", wakeEntries, []string{
			"T2,L2,PAYMENT,10.00,2025-02-10,2025-02-12T10:00:00Z,SETTLED,", "T1,L1,ORIGINATION,1000.00,2025-01-10,2025-01-10T10:00:00Z,SETTLED,",
		}, ""},
		{"a refused entry", "transactions.csv", wakeEntries, []string{"T1,L1,ORIGINATION,1000.01,2025-01-10,2025-01-10T10:00:00Z,SETTLED,"}, ""},
		{"two entries, one refused", "transactions.csv", wakeEntries, []string{
			"T9,L2,FEE,1.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,", "T10,L1,REVERSAL,30.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,T4",
		}, "L2"},
		{"the same payment twice", "transactions.csv", wakeEntries, []string{
			"T11,L1,PAYMENT,5.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,", "T12,L1,PAYMENT,5.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,",
		}, "L1"},
		{"entries in every state", "transactions.csv", wakeEntries, []string{
			"T13,L1,PAYMENT,6.00,2025-03-10,2025-03-12T10:00:00Z,PENDING,", "T14,L1,PAYMENT,6.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,",
			"T15,L1,PAYMENT,6.00,2025-03-10,2025-03-12T10:00:00Z,FAILED,", "T16,L2,PAYMENT,6.00,2025-03-10,2025-03-12T10:00:00Z,PENDING,",
			"T17,L3,PAYMENT,6.00,2025-03-10,2025-03-12T10:00:00Z,FAILED,",
		}, "L1, L2, L3"},
		{"an entry and its reversal, and another", "transactions.csv", wakeEntries, []string{
			"T18,L1,FEE,7.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,", "T19,L1,REVERSAL,7.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,T18",
			"T20,L1,FEE,8.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,", "T21,L2,FEE,8.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,",
		}, "L1!, L2"},
		{"a pending reversal", "transactions.csv", wakeEntries, []string{"T22,L2,REVERSAL,8.00,2025-03-10,2025-03-12T10:00:00Z,PENDING,T21"}, "L2!"},
		{"one settled, another new", "transactions.csv", wakeEntries, []string{
			"T13,L1,PAYMENT,6.00,2025-03-10,2025-03-13T10:00:00Z,SETTLED,", "T23,L1,FEE,8.00,2025-03-10,2025-03-12T10:00:00Z,SETTLED,",
		}, "L1!"},

		{"another pause", "pauses.csv", wakePauses, []string{"L3,2025-05-01,,HARDSHIP"}, "L3!"},
		{"a second pause", "pauses.csv", wakePauses, []string{"L1,2025-07-01,,HARDSHIP"}, "L1!"},
		{"a pause ends", "pauses.csv", wakePauses, []string{"L2,2025-05-01,2025-06-01,HARDSHIP"}, "L2!"},
		{"a pause without an end", "pauses.csv", wakePauses, []string{"L2,2025-05-01,,HARDSHIP"}, "L2!"},
		{"the same pauses", "pauses.csv", wakePauses, []string{"L1,2025-05-01,2025-05-31,HARDSHIP", "L2,2025-05-01,,HARDSHIP"}, ""},

		{"N1", "products.csv", wakeProducts, []string{"I1,Loan,I,01,3,2,10,true,0", "I2,Loan,I,01,2,2,10,true,0"}, "L1, L2"},
		{"no N1", "products.csv", wakeProducts, []string{"I1,Loan,I,01,,2,10,true,0"}, "L1, L2"},
		{"N2", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,10,true,0"}, "L3, L4"},
		{"grace", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,true,0"}, "L3, L4"},
		{"closes on payoff", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,false,0"}, "L3, L4"},
		{"hold days", "products.csv", wakeProducts, []string{"I2,Loan,I,01,2,3,11,false,3"}, "L3, L4"},
		{"the same products", "products.csv", wakeProducts, []string{"I1,Loan,I,01,,2,10,true,0", "I2,Loan,I,01,2,3,11,false,3"}, ""},
		{"a new product", "products.csv", wakeProducts, []string{"I3,Loan,I,01,2,3,11,false,3"}, ""},

		{"a customer", "customers.csv", "customer_id,surname,address1,city,state,postal_code", []string{"C1,Ash,3 Elm St,Harton,OH,43004"}, "L1!"},
		{"a termination", "terminations.csv", "loan_id,terminated_on,reason", []string{"L1,2026-01-10,ERRO"}, "L1!"},
		{"a termination's rescission", "terminations.csv", "loan_id,terminated_on,reason,rescinded_on", []string{"L1,2026-01-10,ERRO,2026-02-10"}, "L1!"},

		{"the program's rules for files", "programs.csv", wakePrograms, []string{"P1,FRN10001,N,A,daily,days,zero,ignore,"}, ""},
		{"the program's aliases: of terminated loans", "programs.csv", wakePrograms, []string{"P1,FRN10001,N,A,daily,days,zero,ignore,RE=REPO"}, "L1"},
		{"the same program", "programs.csv", wakePrograms, []string{"P1,FRN10001,N,A,daily,days,zero,ignore,RE=REPO"}, ""},
		{
			"the product's money and months", "products.csv", wakeProducts + ",payments_ahead,delinquency_method",
			[]string{"I2,Loan,I,01,2,3,11,false,3,whole,months"}, "L3, L4",
		},

		{"a case of nobody yet", "cases.csv", wakeCases, []string{"K1,DISPUTE,open,2026-01-10,"}, ""},
		{"a loan's case", "case_parties.csv", wakeParties, []string{"K1,,L3"}, "L3!"},
		{"a customer's: also whom it concerned before", "case_parties.csv", wakeParties, []string{"K1,C1,"}, "L1!, L3!"},
		{"the same parties", "case_parties.csv", wakeParties, []string{"K1,C1,", "K1,,L3"}, ""},
		{"the case ends", "cases.csv", wakeCases, []string{"K1,DISPUTE,closed,2026-01-10,2026-02-10"}, "L1!, L3!"},
		{"the same case", "cases.csv", wakeCases, []string{"K1,DISPUTE,closed,2026-01-10,2026-02-10"}, ""},
		{"a party who is on no loan", "case_parties.csv", wakeParties, []string{"K1,C2,"}, "L1!, L3!"},
		{"the party comes to a loan", "loan_customers.csv", "loan_id,customer_id,ecoa_code,position", []string{"L2,C2,1,1"}, "L1!, L2!, L3!"},

		{"an item", "scheduled_items.csv", wakeItems, []string{"N1,L2,PAYMENT,PENDING,2026-02-10T09:00:00Z,"}, ""},
		{"a schedule", "schedules.csv", "schedule_id,loan_id,kind,state", []string{"S1,L1,CALL,ACTIVE"}, ""},
	} {
		allAsleep(t, db)
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
	allAsleep(t, db)
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
	want := map[string]string{"cycles.csv": "L1, L2!, L3!", "transactions.csv": "L1, L2!, L3!", "pauses.csv": "L1!, L2!, L3!"}
	for _, file := range []string{"cycles.csv", "transactions.csv", "pauses.csv"} {
		allAsleep(t, db)
		if _, err := db.Exec(`
			UPDATE loan_wake SET state = 'STALE', wake_on = '-infinity'
			WHERE loan <> (SELECT loan FROM loan WHERE loan_id = 'L1')`); err != nil {
			t.Fatal(err)
		}
		row := map[string][]string{
			"cycles.csv":       {wakeCycles, "L1,2,2025-02-10,2025-03-09,2025-04-02,100.00"},
			"transactions.csv": {wakeEntries, "T11,L1,PAYMENT,10.00,2025-02-10,2025-02-10T10:00:00Z,SETTLED,"},
			"pauses.csv":       {wakePauses, "L1,2025-09-01,,HARDSHIP"},
		}[file]
		load(t, db, extract{}.with(file, row...))
		if got := awake(t, db); got != want[file] {
			t.Errorf("%s: awake are %q, want %q", file, got, want[file])
		}
	}
}

// Whatever comes in after it, and in however many imports, a row that is to be made anew is; and one that is added to is,
// until something packed changes.
func TestImportsBeforeOneNight(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	load(t, db, sleepingBook())
	allAsleep(t, db)
	reversal, entry := "T30,L3,REVERSAL,30.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,T4", "T31,L3,FEE,1.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,"
	loan, pause := "L3,I2,P1,A3,2025-01-10,2025-06-30,,ACTIVE,2025-01-10,,SERVICING", "L3,2025-05-01,,HARDSHIP"
	for _, c := range []struct {
		name string
		sent extract
		want string
	}{
		{"entries", extract{}.with("transactions.csv", wakeEntries, entry, "T32,L1,FEE,1.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,"), "L1, L3"},
		{"the same again, and more", extract{}.with("transactions.csv", wakeEntries, entry, "T33,L1,FEE,1.00,2025-03-11,2025-03-11T10:00:00Z,SETTLED,"), "L1, L3"},
		{
			"cycles, a pause and the loan", extract{}.with("cycles.csv", wakeCycles, "L3,1,2025-01-10,2025-02-09,2025-03-02,100.00").
				with("pauses.csv", wakePauses, pause).with("loans.csv", wakeLoans, loan), "L1, L3!",
		},
		{"a reversal", extract{}.with("transactions.csv", wakeEntries, reversal), "L1, L3!"},
		{
			"everything else", extract{}.with("cycles.csv", wakeCycles, "L3,2,2025-02-10,2025-03-09,2025-04-02,100.00").
				with("pauses.csv", wakePauses, "L3,2025-06-01,,HARDSHIP").with("loans.csv", wakeLoans, strings.Replace(loan, "06-30", "07-31", 1)).
				with("transactions.csv", wakeEntries, "T34,L3,FEE,1.00,2025-03-12,2025-03-12T10:00:00Z,SETTLED,").
				with("products.csv", wakeProducts, "I2,Loan,I,01,3,2,10,true,0"), "L1, L3!",
		},
	} {
		load(t, db, c.sent)
		if got := awake(t, db); got != c.want {
			t.Errorf("%s: awake are %q, want %q", c.name, got, c.want)
		}
	}
}
