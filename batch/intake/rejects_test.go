package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/furnisher/furnisher/batch/intake"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

const (
	unknown  = "key|missing reference: neither in the book nor among the good rows of this import"
	repeated = "key|the key came before in this file with other values"
	noDate   = "not a date YYYY-MM-DD of the years 1900 to 2099"
	noAmount = "not an amount with at most two decimals and no sign"
	reasons  = "ERRO, FRAD, VOLU, REPO, DEED, FORE, CLAIM, PAID, SETT, XFER, OTHR"
)

// rejectTables holds for each file rows and what becomes of them: nothing, or column|value class|reason.
var rejectTables = []struct {
	file, header string
	rows         [][2]string
	counts       [5]int64 // rows, inserted, updated, unchanged, rejected
}{
	{
		"programs.csv", "program_id,identification_number,reporter_name,reporter_address,reporter_phone,calendar,activity_cycle_ids",
		[][2]string{
			{"P1,FRN10001,N,A,(614) 555-0100,monthly:5,01 02;03|04", ""},
			{"P2,FRN1,N,A,,cycle,", "identification_number|text|not 5 to 20 letters and digits"},
			{"P3,FRN-10001,N,A,,cycle,", "identification_number|text|not 5 to 20 letters and digits"},
			{"P4,FRN10001,N,A,555-0100,cycle,", "reporter_phone|text|not a number of ten digits"},
			{"P5,FRN10001,N,A,,monthly:32,", "calendar|text|not monthly:last, monthly:DD, cycle or daily"},
			{"P6,FRN10001,N,A,,weekly,", "calendar|text|not monthly:last, monthly:DD, cycle or daily"},
			{"P7,FRN10001,N,A,,monthly:0,", "calendar|text|not monthly:last, monthly:DD, cycle or daily"},
			{"P8,FRN10001,,A,,daily,", "reporter_name|empty|a value is required"},
			{strings.Repeat("p", 65) + ",FRN10001,N,A,,daily,", "program_id|too long|longer than 64 characters"},
			{strings.Repeat("é", 64) + ",FRN10001,N,A,,daily,", ""},
		},
		[5]int64{10, 2, 0, 0, 8},
	},
	{
		"products.csv", "product_id,name,portfolio_type,account_type,terms_frequency,interest_type,delinquent_after,charge_off_after," +
			"grace_days,closes_on_payoff,payoff_hold_days,trailing_reports",
		[][2]string{
			{"I1,Loan,I,01,M,F,2,3,10,true,,", ""},
			{"I2,Loan,X,01,M,F,2,3,10,true,,", "portfolio_type|text|not one of C, I, M, O, R"},
			{"I3,Loan,I,zz,M,F,2,3,10,true,,", "account_type|text|not a legal value"},
			{"I4,Loan,I,01,X,F,2,3,10,true,,", "terms_frequency|text|not one of D, P, W, B, E, M, L, Q, T, S, Y"},
			{"I5,Loan,I,01,M,X,2,3,10,true,,", "interest_type|text|not one of F, V"},
			{"I6,Loan,I,01,M,F,0,3,10,true,,", "delinquent_after|number|not a whole number of 1 to 1,000,000"},
			{"I7,Loan,I,01,M,F,2,-3,10,true,,", "charge_off_after|number|not a whole number up to 1,000,000"},
			{"I8,Loan,I,01,M,F,2,3,,true,,", "grace_days|empty|a value is required"},
			{"I9,Loan,I,01,M,F,2,3,10,yes,,", "closes_on_payoff|text|not true or false"},
			{"I10,Loan,I,01,M,F,2,3,10,true,,4", "trailing_reports|number|not one of 1, 2, 3"},
			{"I11,Loan,I,01,M,F,2,3,99999999999999999999,true,,", "grace_days|number|not a whole number up to 1,000,000"},
		},
		[5]int64{11, 1, 0, 0, 10},
	},
	{ // Q32, Q33, CA7, Q70
		"programs.csv", "program_id,identification_number,reporter_name,reporter_address,calendar,dofd_rule,charge_off_past_due,accommodations,reason_aliases",
		[][2]string{
			{"P1,FRN10001,N,A,daily,days,zero,ignore,RE=REPO;VS=VOLU RE=REPO", ""},
			{"P2,FRN10001,N,A,daily,,,,", ""},
			{"P3,FRN10001,N,A,daily,latest,,,", "dofd_rule|text|not one of reports, days"},
			{"P4,FRN10001,N,A,daily,,0,,", "charge_off_past_due|number|not one of balance, zero"},
			{"P5,FRN10001,N,A,daily,,,PROTECT,", "accommodations|text|not one of protect, ignore"},
			{"P6,FRN10001,N,A,daily,,,,RE", "reason_aliases|text|not pairs CODE=REASON"},
			{"P7,FRN10001,N,A,daily,,,,=REPO", "reason_aliases|text|not pairs CODE=REASON"},
			{"P8,FRN10001,N,A,daily,,,,RE=TAKEN", "reason_aliases|text|a reason is not one of " + reasons},
			{"P9,FRN10001,N,A,daily,,,,ERRO=FRAD", "reason_aliases|text|a code is itself a reason"},
			{"P10,FRN10001,N,A,daily,,,,RE=REPO RE=VOLU", "reason_aliases|text|a code has two reasons"},
			{"P11,FRN10001,N,A,daily,,,," + strings.Repeat("r", 65) + "=REPO", "reason_aliases|text|a code of more than 64 characters"},
		},
		[5]int64{11, 2, 0, 0, 9},
	},
	{ // BR1
		"destinations.csv", "program_id,destination,innovis_id,equifax_id,experian_id,transunion_id,ends_on",
		[][2]string{
			{"P1,east,,EQ00000001,EX001,TU00000001,2026-12-31", ""},
			{"P1,west-2,IN00000001,,,,", ""},
			{"P3,east,IN00000001,,,,", "program_id|key|missing reference: neither in the book nor among the good rows of this import"},
			{"P1,east,,EQ00000002,,,", "destination|key|the key came before in this file with other values"},
			{"P2,north,IN000000012,,,,", "innovis_id|text|the header of a file has 10 characters for it"},
			{"P2,north,,,EX0001,,", "experian_id|text|the header of a file has 5 characters for it"},
			{"P2,south,,,,,2026-12-31", "innovis_id|empty|no identifier: give innovis_id, equifax_id, experian_id or transunion_id"},
			{"P2,East,IN00000001,,,,", "destination|text|not 1 to 32 lower-case letters, digits and hyphens"},
			{"P2,a/b,IN00000001,,,,", "destination|text|not 1 to 32 lower-case letters, digits and hyphens"},
			{"P2," + strings.Repeat("n", 33) + ",IN00000001,,,,", "destination|text|not 1 to 32 lower-case letters, digits and hyphens"},
			{"P2,,IN00000001,,,,", "destination|empty|a value is required"},
			{"P2,north,IN00000001,,,,31.12.2026", "ends_on|text|not a date YYYY-MM-DD of the years 1900 to 2099"},
			{"P1,other,IN00000002,EQ00000002,,,", "innovis_id|text|another destination of the program goes to this bureau: a bureau belongs to one"},
			{"P2,other,IN00000001,EQ00000002,,,", ""},
		},
		[5]int64{14, 3, 0, 0, 11},
	},
	{ // Q31, Q67
		"products.csv", "product_id,name,portfolio_type,account_type,grace_days,closes_on_payoff,delinquency_method,payments_ahead",
		[][2]string{
			{"I1,Loan,I,01,10,true,months,whole", ""},
			{"I2,Loan,I,01,10,true,,", ""},
			{"I3,Loan,I,01,10,true,weeks,", "delinquency_method|text|not one of days, months"},
			{"I4,Loan,I,01,10,true,,keep", "payments_ahead|text|not one of carry, whole, drop"},
		},
		[5]int64{4, 2, 0, 0, 2},
	},
	{
		"customers.csv", "customer_id,surname,ssn,date_of_birth,phone,address1,city,state,postal_code,generation_code,address_indicator," +
			"residence_code,legal_hold",
		[][2]string{
			{"C1,Ash,666-12-3456,1980-02-29,614.555.0100,1 Elm St,Harton,oh,43004-1234,J,Y,O,true", ""},
			{"C1,Ash,666-12-3456,1980-02-29,614.555.0100,1 Elm St,Harton,oh,43004-1234,J,Y,O,true", ""},
			{"C1,Ash,,,,1 Elm St,Harton,OH,43004,,,,", "customer_id|" + repeated},
			{"C2,Ash,66612345,,,1 Elm St,Harton,OH,43004,,,,", "ssn|number|not a number of nine digits"},
			{"C3,Ash,,1981-02-29,,1 Elm St,Harton,OH,43004,,,,", "date_of_birth|text|" + noDate},
			{"C4,Ash,,1899-12-31,,1 Elm St,Harton,OH,43004,,,,", "date_of_birth|text|" + noDate},
			{"C5,Ash,,,614-555-010,1 Elm St,Harton,OH,43004,,,,", "phone|text|not a number of ten digits"},
			{"C6,Ash,,,,1 Elm St,Harton,Ohio,43004,,,,", "state|text|not two letters"},
			{"C7,Ash,,,,1 Elm St,Harton,OH,4300,,,,", "postal_code|number|not a code of five or nine digits"},
			{"C8,Ash,,,,1 Elm St,Harton,OH,43004,X,,,", "generation_code|text|not one of J, S, 2, 3, 4, 5, 6, 7, 8, 9"},
			{"C9,Ash,,,,1 Elm St,Harton,OH,43004,,X,,", "address_indicator|text|not one of C, Y, N, M, S, B, U, D, P"},
			{"C10,Ash,,,,1 Elm St,Harton,OH,43004,,,X,", "residence_code|text|not one of O, R"},
			{"C11,Ash,,,,1 Elm St,Harton,OH,43004,,,,1", "legal_hold|number|not true or false"},
			{"C12,A\tsh,,,,1 Elm St,Harton,OH,43004,,,,", "surname|control character|holds a control character"},
			{"C13,A\x00sh,,,,1 Elm St,Harton,OH,43004,,,,", "surname|control character|holds a control character"},
			{"C14,A\u0085sh,,,,1 Elm St,Harton,OH,43004,,,,", "surname|control character|holds a control character"},
			{"C15,A\xffsh,,,,1 Elm St,Harton,OH,43004,,,,", "surname|not UTF-8|not UTF-8 text"},
			{"C16," + strings.Repeat("x", 201) + ",,,,1 Elm St,Harton,OH,43004,,,,", "surname|too long|longer than 200 characters"},
		},
		[5]int64{18, 1, 0, 1, 16},
	},
	{
		"loans.csv", "loan_id,product_id,program_id,account_number,opened_on,status,status_since,closed_on,servicing_status,stop_reason," +
			"original_amount,payment_history,furnish",
		[][2]string{
			{"L1,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,,SERVICING,MISTAKE,1000.5," + strings.Repeat("0", 20) + "BBBB,", ""},
			{"L2,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,,", "account_number|key|another loan of the program has this account number"},
			{"L3,I1,P2,A1,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,,false", ""},
			{"L4,I9,P1,A4,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,,", "product_id|" + unknown},
			{"L5,I1,P9,A5,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,,", "program_id|" + unknown},
			{"L6,I1,P1,A6,2025-01-10,SUSPENDED,2025-01-10,,SERVICING,,,,", "status|text|not a legal value"},
			{"L7,I1,P1,A7,2025-01-10,ACTIVE,2025-01-10,2025-02-10,SERVICING,,,,", "closed_on|date|the status is not a closed one"},
			{"L8,I1,P1,A8,2025-01-10,ACTIVE,2025-01-10,,STOPPED,,,,", "servicing_status|text|not one of SERVICING, NOT_SERVICING"},
			{"L9,I1,P1,A9,2025-01-10,ACTIVE,2025-01-10,,NOT_SERVICING,TIRED,,,", "stop_reason|text|not a legal value"},
			{"L10,I1,P1,A10,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,-1000,,", "original_amount|number|" + noAmount},
			{"L11,I1,P1,A11,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,10.005,,", "original_amount|number|" + noAmount},
			{"L12,I1,P1,A12,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,,000000,", "payment_history|number|not 24 characters of the payment history profile"},
			{"L13,I1,P1,A13,2025-01-10,ACTIVE,2025-01-10,,SERVICING,,," + strings.Repeat("Z", 24) + ",", "payment_history|text|not 24 characters of the payment history profile"},
			{"L14,I1,P1,A14,10.01.2025,ACTIVE,2025-01-10,,SERVICING,,,,", "opened_on|text|" + noDate},
			{"L15,I1,P1,A15,2025-01-10,ACTIVE,,,SERVICING,,,,", "status_since|empty|a value is required"},
		},
		[5]int64{15, 2, 0, 0, 13},
	},
	{
		"loans.csv", "loan_id,product_id,program_id,account_number,opened_on,status,status_since,servicing_status,deferred_from,deferred_until,special_comment",
		[][2]string{
			{"L1,I1,P1,A1,2025-01-10,ACTIVE,2025-01-10,SERVICING,2026-01-10,2026-03-09,CO", ""},
			{"L2,I1,P1,A2,2025-01-10,ACTIVE,2025-01-10,SERVICING,,2026-03-09,", ""},
			{"L3,I1,P1,A3,2025-01-10,ACTIVE,2025-01-10,SERVICING,2026-03-10,2026-03-09,", "deferred_until|date|before deferred_from"},
			{"L4,I1,P1,A4,2025-01-10,ACTIVE,2025-01-10,SERVICING,,,co", "special_comment|text|not a legal value"},
		},
		[5]int64{4, 2, 0, 0, 2},
	},
	{
		"loan_customers.csv", "loan_id,customer_id,ecoa_code,position",
		[][2]string{
			{"L1,C1,2,1", ""},
			{"L1,C2,2,1", "position|number|another customer of the loan has this position"},
			{"L1,C3,9,2", "ecoa_code|number|not one of 1, 2, 3, 5, 7, T, W, X, Z"},
			{"L1,C3,2,0", "position|number|not a whole number of 1 to 1,000,000"},
			{"L9,C3,2,1", "loan_id|" + unknown},
			{"L2,C9,2,1", "customer_id|" + unknown},
			{"L1,C1,2,2", "customer_id|" + repeated},
		},
		[5]int64{7, 1, 0, 0, 6},
	},
	{
		"cycles.csv", "loan_id,cycle_no,starts_on,ends_on,due_on,minimum_due",
		[][2]string{
			{"L1,1,2025-01-10,2025-02-09,2025-03-02,100.00", ""},
			{"L1,2,2025-02-10,2025-02-09,2025-03-02,100.00", "ends_on|date|before starts_on"},
			{"L1,3,2025-02-10,2025-03-09,2025-03-32,100.00", "due_on|text|" + noDate},
			{"L1,4,2025-02-10,2025-03-09,2025-03-30,", "minimum_due|empty|a value is required"},
			{"L9,1,2025-01-10,2025-02-09,2025-03-02,100.00", "loan_id|" + unknown},
			{"L1,1,2025-01-10,2025-02-09,2025-03-03,100.00", "cycle_no|" + repeated},
			{"L1,one,2025-01-10,2025-02-09,2025-03-03,100.00", "cycle_no|text|not a whole number up to 1,000,000"},
			{"L2,1,2025-01-10,2025-02-09,2025-03-02,0", ""},
		},
		[5]int64{8, 2, 0, 0, 6},
	},
	{
		"reason_rules.csv", "activity_status,activity_substatus,require_payoff_reason",
		[][2]string{{"A,B,true", ""}, {"A,C,maybe", "require_payoff_reason|text|not true or false"}, {"A,B,false", "activity_substatus|" + repeated}},
		[5]int64{3, 1, 0, 0, 2},
	},
	{
		"terminations.csv", "loan_id,terminated_on,source,reason,report_as_deleted,rescinded_on",
		[][2]string{
			{"L1,2026-01-10,FLTC,ERRO,,2026-01-10", ""},
			{"L2,2026-01-10,FLTC,,,", "reason|empty|a flat cancel must have a reason (DC4)"},
			{"L2,2026-01-10,,,XX,", "report_as_deleted|text|not one of DA, DF"},
			{"L9,2026-01-10,,,,", "loan_id|" + unknown},
			{"L2,2026-01-10,,REPO,,2026-01-09", "rescinded_on|date|before terminated_on"},
			{"L2,2026-01-10,,RE,,", "reason|text|not one of " + reasons + " or an alias of the loan's program"}, // Q70
		},
		[5]int64{6, 1, 0, 0, 5},
	},
	{
		"schedules.csv", "schedule_id,loan_id,kind,state",
		[][2]string{
			{"S1,L1,CALL,ACTIVE", ""},
			{"S2,L1,FAX,ACTIVE", "kind|text|not one of CALL, EMAIL, SMS"},
			{"S3,L1,SMS,DONE", "state|text|not one of ACTIVE, CANCELLED"},
			{"S4,L9,SMS,ACTIVE", "loan_id|" + unknown},
			{"S1,L2,CALL,ACTIVE", "schedule_id|" + repeated},
		},
		[5]int64{5, 1, 0, 0, 4},
	},
	{
		"scheduled_items.csv", "item_id,loan_id,schedule_id,kind,state,due_at,amount,required_notice,payer_told_on",
		[][2]string{
			{"N1,L1,,PAYMENT,PENDING,2026-11-05T09:00:00-05:00,100,,", ""},
			{"N2,L1,S9,CALL,PENDING,2026-11-05T09:00:00Z,,,", "schedule_id|key|missing reference: the loan has no such schedule"},
			{"N3,L1,,CALL,PENDING,2026-11-05,,,", "due_at|date|not an RFC 3339 time"},
			{"N4,L1,,CALL,PENDING,2026-11-05T24:00:00Z,,,", "due_at|text|not an RFC 3339 time"},
			{"N5,L1,,PAYMENT,PENDING,2026-11-05T09:00:00Z,-1,,", "amount|number|" + noAmount},
			{"N6,L9,,PAYMENT,PENDING,2026-11-05T09:00:00Z,1,,", "loan_id|" + unknown},
			{"N7,L1,,LETTER,PENDING,2026-11-05T09:00:00Z,1,,", "kind|text|not one of PAYMENT, CALL, EMAIL, SMS"},
			{"N8,L1,,EMAIL,PENDING,2026-11-05T09:00:00Z,,true,2026-11-01", ""},
			{"N9,L1,,PAYMENT,PENDING,2026-11-05T09:00:00Z,1,true,", "required_notice|text|a payment is no notice (Q81)"}, // SP7
		},
		[5]int64{9, 2, 0, 0, 7},
	},
	{
		"pauses.csv", "loan_id,from_on,to_on,reason",
		[][2]string{
			{"L1,2026-01-01,2026-03-31,hardship", ""},
			{"L1,2026-04-01,2026-03-31,hardship", "to_on|date|before from_on"},
			{"L1,2026-05-01,,", "reason|empty|a value is required"},
			{"L9,2026-05-01,,disaster", "loan_id|" + unknown},
			{"L1,2026-01-01,,disaster", "from_on|" + repeated},
		},
		[5]int64{5, 1, 0, 0, 4},
	},
	{
		"cases.csv", "case_id,external_id,type,status,opened_on,chapter,disposition,auto_created,outcome,dispute_kind,disputed_amount,received_on",
		[][2]string{
			{"K1,E1,BANKRUPTCY,open,2026-01-01,7,DISCHARGED,true,,,,", ""},
			{"K2,E1,BANKRUPTCY,open,2026-01-01,7,,,,,,", "external_id|key|another case has this external id"},
			{"K3,,BANKRUPTCY,open,2026-01-01,9,,,,,,", "chapter|number|not one of 7, 11, 12, 13"},
			{"K4,,BANKRUPTCY,open,2026-01-01,7,LOST,,,,,", "disposition|text|not one of DISCHARGED, DISMISSED, WITHDRAWN, PLAN_CONFIRMED, REAFFIRMED"},
			{"K5,,,open,2026-01-01,7,,,,,,", "type|empty|a value is required"},
			{"K6,,bankruptcy,open,2026-01-01,7,,,,,,", "type|text|not one of BANKRUPTCY, MILITARY, DECEASED, DISPUTE, FRAUD_CLAIM, IDENTITY_THEFT, " +
				"DISASTER, FORBEARANCE, OTHER"}, // CA8
			{"K7,,DISPUTE,open,2026-01-01,,,,XC,,,2026-01-03", ""},
			{"K8,,DISPUTE,open,2026-01-01,,,,XG,,,", "outcome|text|not one of XH, XC, XR"}, // Q74
			{"K9,,DISPUTE,open,2026-01-01,,,,XG,FCBA,120.50,", ""},
			{"K10,,DISPUTE,open,2026-01-01,,,,XC,FCBA,120.50,", "outcome|text|not one of XH, XG, XR"},
			{"K11,,DISPUTE,open,2026-01-01,,,,,EFTA,,", "dispute_kind|text|not one of FCRA, FCBA, RESPA"},
			{"K12,,FRAUD_CLAIM,open,2026-01-01,,,,REJECTED,,,", ""},
			{"K13,,IDENTITY_THEFT,open,2026-01-01,,,,XH,,,", "outcome|text|not one of CONFIRMED, REJECTED"}, // Q78
			{"K14,,DISASTER,open,2026-01-01,,,,over,,,", ""},
		},
		[5]int64{14, 5, 0, 0, 9},
	},
	{
		"customer_removals.csv", "action,customerId,approver,erasure_reason",
		[][2]string{
			{"remove,C1,,", ""},
			{"remove,C9,,", "customerId|" + unknown},
			{"delete,C2,,", "action|text|not one of remove"},
			{"remove,C1,someone,", "customerId|" + repeated},
		},
		[5]int64{4, 1, 0, 0, 3},
	},
}

// wanted are the rejects of a table's rows; the header is line 1.
func wanted(file string, rows [][2]string) []intake.Reject {
	rejects := []intake.Reject{}
	for i, row := range rows {
		if want := strings.SplitN(row[1], "|", 3); row[1] != "" {
			rejects = append(rejects, intake.Reject{File: file, Line: int64(i + 2), Column: want[0], ValueClass: want[1], Reason: want[2]})
		}
	}
	return rejects
}

func TestRejects(t *testing.T) {
	t.Parallel()
	for _, c := range rejectTables {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			e := book()
			switch c.file { // children of rows that the case itself brings in would be rejected, too
			case "programs.csv", "products.csv":
				delete(e, "loans.csv")
			}
			text := []string{c.header}
			for _, row := range c.rows {
				text = append(text, row[0])
			}
			summary := load(t, db, e.with(c.file, text...))
			want := wanted(c.file, c.rows)
			diff(t, "rejects", summary.Rejects, want)
			diff(t, "counts", counts(t, summary, c.file), c.counts)
			var kept []intake.Reject
			if err := db.Select(&kept, "SELECT file, line, column_name, value_class, reason FROM import_reject ORDER BY line"); err != nil {
				t.Fatal(err)
			}
			diff(t, "import_reject", kept, want)
			diff(t, "import_file", rows(t, db, "SELECT rows, inserted, updated, unchanged, rejected FROM import_file WHERE file = '"+c.file+"'"),
				fmt.Sprintf(`{"rows":%d,"inserted":%d,"updated":%d,"unchanged":%d,"rejected":%d}`,
					c.counts[0], c.counts[1], c.counts[2], c.counts[3], c.counts[4]))
		})
	}
}

// A rejected parent makes its children rejected.
func TestRejectedParent(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book().with("customers.csv", "customer_id,surname,address1,city,state,postal_code", "C1,,1 Elm St,Harton,OH,43004").
		with("loan_customers.csv", "loan_id,customer_id,ecoa_code,position", "L1,C1,1,1").
		with("case_parties.csv", "case_id,customer_id,loan_id", "K1,C1,", "K1,,L1", "K2,,L1", "K1,C1,L1", "K1,,", "K1,,L1").
		with("cases.csv", "case_id,type,status,opened_on", "K1,DISPUTE,open,2026-01-01")
	summary := load(t, db, e)
	diff(t, "rejects", summary.Rejects, []intake.Reject{
		{File: "customers.csv", Line: 2, Column: "surname", ValueClass: "empty", Reason: "a value is required"},
		{File: "loan_customers.csv", Line: 2, Column: "customer_id", ValueClass: "key", Reason: unknown[4:]},
		{File: "case_parties.csv", Line: 2, Column: "customer_id", ValueClass: "key", Reason: unknown[4:]},
		{File: "case_parties.csv", Line: 4, Column: "case_id", ValueClass: "key", Reason: unknown[4:]},
		{File: "case_parties.csv", Line: 5, Column: "loan_id", ValueClass: "key", Reason: "only one of customer_id and loan_id is allowed"},
		{File: "case_parties.csv", Line: 6, Column: "customer_id", ValueClass: "empty", Reason: "one of customer_id and loan_id is required"},
	})
	diff(t, "case parties", counts(t, summary, "case_parties.csv"), [5]int64{6, 1, 0, 1, 4})
	diff(t, "rows", rows(t, db, "SELECT customer, loan FROM case_party"), `{"customer":null,"loan":1}`)
}
