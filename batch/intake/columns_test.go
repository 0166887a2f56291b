package intake_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// everyColumn is an extract with a value in every column of the files.
func everyColumn() extract {
	return extract{}.
		with("programs.csv", "program_id,identification_number,reporter_name,reporter_address,reporter_phone,innovis_id,equifax_id,experian_id,"+
			"transunion_id,calendar,activity_cycle_ids,dofd_rule,charge_off_past_due,accommodations,reason_aliases,retention_months,dispute_address",
			"P1,FRN10001,Northfield Lending,100 Ledger Avenue,6145550100,I1,E1,X1,T1,monthly:last,01,days,zero,ignore,RE=REPO VS=VOLU,84,1 Dispute Street").
		with("products.csv", "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after,grace_days,"+
			"closes_on_payoff,payoff_hold_days,trailing_reports,delinquency_method,payments_ahead", "I1,Loan,M,26,M,F,2,3,10,true,3,2,months,whole").
		with("customers.csv", "customer_id,surname,first_name,middle_name,generation_code,ssn,date_of_birth,phone,address1,address2,city,state,"+
			"postal_code,country_code,address_indicator,residence_code,employer_name,employer_address1,employer_address2,employer_city,"+
			"employer_state,employer_postal_code,occupation,legal_hold,is_business",
			"C1,Ash,Ada,B,J,666123456,1980-02-29,6145550100,1 Elm St,2,Harton,OH,43004,US,Y,O,Mill,3 Elm St,4,Harton,OH,43004,Miller,true,true").
		with("loans.csv", "loan_id,product_id,program_id,account_number,opened_on,original_amount,credit_limit,highest_balance,terms_duration,"+
			"scheduled_payment,promo_ends_on,cycle_id,status,status_since,closed_on,servicing_status,stop_reason,activity_status,activity_substatus,"+
			"furnish,hold_until,balloon_on,balloon_amount,deferred_from,deferred_until,special_comment,original_creditor,creditor_class,"+
			"purchased_from,sold_to,sold_on,agency_id,agency_account,mortgage_id,new_account_number,payment_history,first_delinquency_on,"+
			"original_charge_off_amount,last_reported_on,deletion_reported_on",
			"L1,I1,P1,A1,2025-01-10,1000,2000,900,012,100,2025-02-10,01,CLOSED::CHARGE_OFF,2026-01-10,2026-01-09,NOT_SERVICING,MISTAKE,T,X,"+
				"true,2026-02-10,2030-01-10,500,2025-03-10,2025-05-09,CO,Old Mill Bank,02,Old Mill Bank,New Mill Bank,2026-03-10,01,AG1,MN1,A2,"+
				strings.Repeat("0", 24)+",2025-08-10,800,2026-01-31,2026-02-28").
		with("loan_customers.csv", "loan_id,customer_id,ecoa_code,position", "L1,C1,1,1").
		with("cycles.csv", "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due", "L1,1,2025-01-10,2025-02-09,2025-03-02,100").
		with("transactions.csv", "transaction_id,loan_id,type,amount,effective_on,posted_at,state,reverses,due_cycle_no",
			"T1,L1,PAYMENT,10,2025-02-10,2025-02-10T10:00:00Z,SETTLED,,1", "T2,L1,REVERSAL,10,2025-02-11,2025-02-11T10:00:00Z,SETTLED,T1,1").
		with("reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason", "T,X,true").
		with("terminations.csv", "loan_id,terminated_on,source,reason,report_as_deleted,rescinded_on", "L1,2026-01-10,WEB,RE,DA,2026-02-10").
		with("schedules.csv", "schedule_id,loan_id,kind,state", "S1,L1,CALL,ACTIVE").
		with("scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount,required_notice,payer_told_on",
			"N1,L1,S1,CALL,PENDING,2026-11-05T09:00:00Z,10,true,2026-11-01").
		with("pauses.csv", "loan_id,from_on,to_on,reason", "L1,2026-01-01,2026-03-31,hardship").
		with("cases.csv", "case_id,external_id,type,status,outcome,opened_on,closed_on,auto_created,acknowledged,deleted_on,chapter,filed_on,"+
			"disposition,disposition_on,listed_outstanding_debt,court_case_number,dispute_kind,disputed_amount,received_on",
			"K1,E1,DISPUTE,open,XH,2026-01-01,2026-02-01,true,true,2026-03-01,7,2026-01-02,DISMISSED,2026-01-03,true,26-1,RESPA,12.50,2026-01-04").
		with("case_parties.csv", "case_id,customer_id,loan_id", "K1,C1,", "K1,,L1").
		with("destinations.csv", "program_id,destination,innovis_id,equifax_id,experian_id,transunion_id,ends_on", "P1,bureaus,1,2,3,4,2030-01-01").
		with("customer_removals.csv", "action,customerId,approver,erasure_reason", "remove,C1,someone,CCPA")
}

// Every column of the contract arrives in the book: none is staged and then left behind.
func TestEveryColumnArrives(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	summary := load(t, db, everyColumn())
	if len(summary.Files) != 16 || len(summary.Rejects) > 0 {
		t.Fatalf("%d files with the rejects %+v, want 16 with none", len(summary.Files), summary.Rejects)
	}
	ours := []string{ // written by nights and people
		"loan_state.reopened_on", "loan_state.imported_after", "schedule.cancelled_on", "schedule.cancelled_run", "schedule.cancel_reason",
		"scheduled_item.cancelled_on", "scheduled_item.cancelled_run", "scheduled_item.cancel_reason", "status_history.from_status",
		"status_history.run", "status_history.who", "status_history.why", "status_history.operation",
		"case_file.sent", "case_file.court_number_operation", "case_file.snoozed_until", "case_file.viewed_operation",
		"customer.removed_on", "customer.removed_operation", "customer_removal.refused_why", "schedule.cancelled_operation", "scheduled_item.cancelled_operation",
	}
	for _, table := range bookTables {
		var absent []string
		if err := db.Select(&absent, `
			SELECT attname FROM pg_attribute a WHERE attrelid = CAST($1 AS regclass) AND attnum > 0 AND NOT attisdropped
			AND NOT EXISTS (SELECT FROM `+table+` x WHERE to_jsonb(x) -> a.attname NOT IN ('null', '[]'))`, table); err != nil {
			t.Fatal(err)
		}
		for _, column := range absent {
			if !slices.Contains(ours, table+"."+column) {
				t.Errorf("%s.%s is empty", table, column)
			}
		}
	}
}

// Q70: a lender's own code is good in the program that gives it a meaning, and nowhere else.
func TestReasonAliases(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const header = "loan_id,terminated_on,reason"
	e := book().
		with("programs.csv", "program_id,identification_number,reporter_name,reporter_address,calendar,reason_aliases",
			"P1,FRN10001,N,A,daily,VS=VOLU RE=REPO", "P2,FRN20002,N,A,daily,").
		with("loans.csv", "loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status",
			"L1,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,SERVICING", "L2,I1,P2,A2,2025-01-10,ACTIVE,2025-01-10,SERVICING").
		with("terminations.csv", header, "L1,2026-01-10,RE", "L2,2026-01-10,RE")
	diff(t, "rejects", load(t, db, e).Rejects, []intake.Reject{{
		File: "terminations.csv", Line: 3, Column: "reason", ValueClass: "text",
		Reason: "not one of " + reasons + " or an alias of the loan's program",
	}})
	diff(t, "book", rows(t, db, "SELECT reason FROM termination"), `{"reason":"RE"}`)
	diff(t, "programs", rows(t, db, "SELECT reason_aliases AS a FROM program ORDER BY program_id"), `{"a":["RE=REPO","VS=VOLU"]}`+"\n"+`{"a":[]}`)
}

// Q88 to Q91: the entry types of escrow, principal and re-age come in; a re-age moves no money.
func TestEntryTypes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	summary := load(t, db, book().with("transactions.csv", entryHeader,
		entry("T1", "L1", "ESCROW", "10.00", "SETTLED", ""), entry("T2", "L1", "PRINCIPAL_PAYMENT", "20.00", "SETTLED", ""),
		entry("T3", "L1", "RE_AGE", "0.00", "SETTLED", ""), entry("T4", "L1", "RE_AGE", "0.01", "SETTLED", "")))
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "transactions.csv", Line: 5, Column: "amount", ValueClass: "number", Reason: "a re-age has the amount 0"},
	})
	diff(t, "book", rows(t, db, "SELECT type, amount_cents AS c FROM loan_transaction ORDER BY transaction_id"),
		`{"type":"ESCROW","c":1000}`+"\n"+`{"type":"PRINCIPAL_PAYMENT","c":2000}`+"\n"+`{"type":"RE_AGE","c":0}`)
}
