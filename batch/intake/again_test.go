package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/batch/step"
	"github.com/furnisher/furnisher/fixtures"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// A whole book goes in without a reject, and sent again changes nothing.
func TestAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	dir := t.TempDir()
	made, err := fixtures.Generate(context.Background(), fixtures.Options{Loans: 500, Seed: 3, Out: dir})
	if err != nil {
		t.Fatal(err)
	}
	sizes := make(map[string]int64)
	for _, f := range made.Files {
		sizes[f.Name] = f.Rows
	}
	o := options(dir)
	o.MaxBadPercent = 0
	first, err := intake.Import(context.Background(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range first.Files {
		if f.Rows != sizes[f.File] || f.Inserted != f.Rows {
			t.Errorf("%+v, want all %d inserted", f, sizes[f.File])
		}
	}
	before := snapshot(t, db)
	second, err := intake.Import(context.Background(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range second.Files {
		if f.Unchanged != f.Rows {
			t.Errorf("%+v, want all unchanged", f)
		}
	}
	diff(t, "book", snapshot(t, db), before)
}

// Sent again after nights that moved, closed, purged and exported, the same extract undoes nothing.
func TestAgainAfterNights(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	dir := t.TempDir()
	made := fixtures.Options{Loans: 500, Seed: 5, Out: dir}.WithDefaults()
	if _, err := fixtures.Generate(ctx, made); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.Import(ctx, db, options(dir)); err != nil {
		t.Fatal(err)
	}
	runner := batch.Runner{
		DB: db, Plan: step.Nightly(bureau.Files{Dir: t.TempDir(), VendorVersion: "1", Vault: vault}), Now: options("").Now,
		Version: "test", Who: "test", Why: "test",
	}
	for _, date := range made.NightDates() {
		if _, err := runner.Run(ctx, date); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, db)
		summary, err := intake.Import(ctx, db, options(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range summary.Files {
			if f.Unchanged != f.Rows {
				t.Errorf("after %s: %+v, want all unchanged", date, f)
			}
		}
		diff(t, "book after "+date.String(), snapshot(t, db), before)
	}
	for _, trace := range []string{
		"loan_state WHERE status_cause = 'NIGHT'", "scheduled_item WHERE cancelled_run IS NOT NULL", "status_history WHERE cause = 'NIGHT'",
	} {
		var n int
		if err := db.Get(&n, "SELECT count(*) FROM "+trace); err != nil || n == 0 {
			t.Errorf("%d rows in %s: the nights did nothing (%v)", n, trace, err)
		}
	}
}

// An update in every file is one row updated, and the new values are there.
func TestUpdates(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	full := func(n int) extract {
		v := fmt.Sprint(n)
		return extract{}.
			with("programs.csv", "program_id,identification_number,reporter_name,reporter_address,calendar", "P1,FRN10001,Name "+v+",A,daily").
			with("products.csv", "product_id,name,portfolio_type,account_type,grace_days,closes_on_payoff", "I1,Name "+v+",I,01,10,true").
			with("customers.csv", "customer_id,surname,address1,city,state,postal_code", "C1,Ash,Name "+v+",Harton,OH,43004").
			with("loans.csv", loanHeader, loan("ACTIVE", "2025-03-01", "", "SERVICING", "", v)).
			with("loan_customers.csv", "loan_id,customer_id,ecoa_code,position", "L1,C1,"+v+",1").
			with("cycles.csv", "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due", "L1,1,2025-01-10,2025-02-09,2025-03-02,"+v).
			with("reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason", "A,B,"+fmt.Sprint(n == 1)).
			with("terminations.csv", "loan_id,terminated_on,reason", "L1,2026-01-10,"+[]string{"PAID", "OTHR"}[n-1]).
			with("pauses.csv", "loan_id,from_on,reason", "L1,2026-01-10,Name "+v).
			with("cases.csv", "case_id,external_id,type,status,opened_on", "K1,E1,DISPUTE,Name "+v+",2026-01-01").
			with("customer_removals.csv", "action,customerId,approver", "remove,C1,Name "+v)
	}
	load(t, db, full(1))
	summary := load(t, db, full(2))
	for _, f := range summary.Files {
		if f.Rows != 1 || f.Updated != 1 {
			t.Errorf("%+v, want one row updated", f)
		}
	}
	for table, text := range snapshot(t, db) {
		if strings.Contains(text, "Name 1") {
			t.Errorf("%s keeps an old value: %s", table, text)
		}
	}
	diff(t, "cycle", rows(t, db, "SELECT minimum_due_cents AS c FROM cycle"), `{"c":200}`)
	diff(t, "loan", rows(t, db, "SELECT original_charge_off_cents AS c FROM loan"), `{"c":200}`)
	diff(t, "loan_customer", rows(t, db, "SELECT ecoa_code AS c FROM loan_customer"), `{"c":"2"}`)
	diff(t, "reason_rule", rows(t, db, "SELECT require_payoff_reason AS c FROM reason_rule"), `{"c":false}`)
}

// An external id that another case of the book has is taken.
func TestExternalIDs(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const header = "case_id,external_id,type,status,opened_on"
	load(t, db, extract{}.with("cases.csv", header, "K1,E1,DISPUTE,open,2026-01-01", "K2,,DISPUTE,open,2026-01-01"))
	summary := load(t, db, extract{}.with("cases.csv", header, "K2,E1,DISPUTE,open,2026-01-01", "K1,E2,DISPUTE,open,2026-01-01"))
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "cases.csv", Line: 2, Column: "external_id", ValueClass: "key", Reason: "another case has this external id"},
	})
	diff(t, "counts", counts(t, summary, "cases.csv"), [5]int64{2, 0, 1, 0, 1})
}

// Whatever is wrong with a customer's row, no value of it is told: not in the summary, the error, or the quarantine.
func TestNoPersonalValues(t *testing.T) {
	t.Parallel()
	header := []string{
		"customer_id", "surname", "first_name", "middle_name", "generation_code", "ssn", "date_of_birth", "phone", "address1", "address2",
		"city", "state", "postal_code", "country_code", "address_indicator", "residence_code", "employer_name", "employer_address1",
		"employer_address2", "employer_city", "employer_state", "employer_postal_code", "occupation", "legal_hold", "is_business",
	}
	good := []string{"C", "Ash", "", "", "", "", "", "", "1 Elm St", "", "Harton", "OH", "43004", "", "", "", "", "", "", "", "", "", "", "", ""}
	secret := func(i int) string { return fmt.Sprintf("Secret%02d", i) }
	text := []string{strings.Join(header, ",")}
	for i := range header {
		for _, bad := range []string{secret(i) + "\x01", secret(i) + strings.Repeat("y", 200), secret(i) + "\xff", secret(i) + `"`, "\"" + secret(i) + "\"z"} {
			row := append([]string{}, good...)
			row[0] = fmt.Sprintf("C%d-%d", i, len(text))
			row[i] = bad
			text = append(text, strings.Join(row, ","))
		}
	}
	text = append(text, secret(90)+","+secret(91))                                                           // too few fields
	text = append(text, secret(92)+strings.Repeat(",", 24), secret(92)+",Ash,,,,,,,1 Elm St,,Harton,OH,430") // required values missing
	text = append(text, "D,"+secret(93)+",,,,,,,1 Elm St,,Harton,OH,43004,,,,,,,,,,,,", "D,"+secret(94)+",,,,,,,1 Elm St,,Harton,OH,43004,,,,,,,,,,,,")
	for _, c := range []struct {
		name string
		last string
	}{{"quarantined", ""}, {"refused", `E,"` + secret(95)}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			o := options(extract{}.with("customers.csv", append(text, c.last)...).write(t))
			summary, err := intake.Import(context.Background(), db, o)
			if (err != nil) != (c.last != "") {
				t.Fatalf("import: %v", err)
			}
			told := fmt.Sprintf("%+v %v %+v", summary, err, err)
			if err == nil {
				diff(t, "counts", counts(t, summary, "customers.csv"), [5]int64{int64(len(text) - 1), 1, 0, 0, int64(len(text) - 2)})
				told += rows(t, db, "SELECT * FROM import_reject") + rows(t, db, "SELECT * FROM import_file")
			}
			if i := strings.Index(told, "ecret"); i >= 0 {
				t.Errorf("tells a value: …%.80s", told[max(0, i-40):])
			}
		})
	}
	t.Run("header", func(t *testing.T) {
		t.Parallel()
		db := pgtest.New(t)
		r := refused(t, db, options(extract{}.with("customers.csv", text[len(text)-1]).write(t)))
		if strings.Contains(r.Error(), "ecret") {
			t.Errorf("tells a value: %v", r)
		}
	})
}
