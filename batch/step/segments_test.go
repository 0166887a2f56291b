package step_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/metro2"
)

// wholeRecords reads the records of a file, in which the validator finds no error, by account number.
func wholeRecords(t testing.TB, path string) map[string]metro2.Record {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := metro2.Validate(f, func(f metro2.Finding) error {
		if f.Severity == metro2.Error {
			t.Errorf("%s", f)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	byAccount := map[string]metro2.Record{}
	for reader := metro2.NewReader(f); ; {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return byAccount
		}
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind == metro2.KindData {
			r := *item.Record
			r.J1, r.J2 = slices.Clone(r.J1), slices.Clone(r.J2)
			byAccount[r.Base.AccountNumber] = r
		}
	}
}

// consumersOf tells who is in a record: segment, surname and ECOA code of each.
func consumersOf(r metro2.Record) string {
	all := []string{fmt.Sprintf("base %s %s", r.Base.Surname, r.Base.ECOACode)}
	for _, j := range r.J1 {
		all = append(all, fmt.Sprintf("J1 %s %s", j.Surname, j.ECOACode))
	}
	for _, j := range r.J2 {
		all = append(all, fmt.Sprintf("J2 %s %s", j.Surname, j.ECOACode))
	}
	return strings.Join(all, ", ")
}

// Q54, Q58, Q66: the deceased is reported so once; the survivor moves into the base segment, who lives with the survivor into
// a J1. An account of nobody is over.
func TestNightConsumers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e.add("customers", "C2,BIRCHFIELD,ALEX,666100002,1981-03-01,9 OAK ST,SPRINGFIELD,IL,62701")
	e.add("customers", "C3,CEDARMOOR,SAM,666100003,1982-04-01,9 Oak  st,SPRINGFIELD,IL,62701")
	e.loan("A")
	e.loan("B")
	e["loan_customers"] = strings.Replace(e["loan_customers"], "A,C1,1,1", "A,C1,2,1", 1)
	e.add("loan_customers", "A,C2,2,2")
	e.add("loan_customers", "A,C3,3,3")
	e.load(t, db)
	dir := t.TempDir()
	for _, c := range []struct{ night, a, b string }{
		{"2026-05-31", "base ALDERBROOK 2, J2 BIRCHFIELD 2, J2 CEDARMOOR 3", "base ALDERBROOK 1"},
		{"2026-06-30", "base ALDERBROOK X, J2 BIRCHFIELD 2, J2 CEDARMOOR 3", "base ALDERBROOK X"},
		{"2026-07-31", "base BIRCHFIELD 2, J1 CEDARMOOR 3", ""},
		{"2026-08-31", "base BIRCHFIELD 2, J1 CEDARMOOR 3", ""},
	} {
		report := night(t, db, dir, c.night)
		file := wholeRecords(t, report.Files[0].Path)
		got := map[string]string{}
		for account, r := range file {
			got[account] = consumersOf(r)
		}
		want := map[string]string{"ACCTA": c.a}
		if c.b != "" {
			want["ACCTB"] = c.b
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("night %s (-want +got):\n%s", c.night, diff)
		}
		if c.night == "2026-05-31" {
			e["loan_customers"] = "loan_id,customer_id,ecoa_code,position\nA,C1,X,1\nB,C1,X,1\n"
			e.load(t, db)
		}
	}
	if n := count(t, db, `SELECT count(*) FROM excluded WHERE reason = 'NOBODY_LIABLE' AND rule = 'Q54'`); n != 2 {
		t.Errorf("%d exclusions, want July's and August's", n)
	}
	if n := count(t, db, `SELECT count(*) FROM tradeline WHERE consumers = ''`); n != 2 {
		t.Errorf("%d tradelines keep nothing of consumers, want May's two", n)
	}
}

// segmentsOf tells the segments K1 to N1 of a record.
func segmentsOf(r metro2.Record) string {
	var all []string
	if k := r.K1; k != nil {
		all = append(all, fmt.Sprintf("K1 %s %d", k.CreditorName, k.CreditorClass))
	}
	if k := r.K2; k != nil {
		all = append(all, fmt.Sprintf("K2 %d %s", k.Indicator, k.Name))
	}
	if k := r.K3; k != nil {
		all = append(all, fmt.Sprintf("K3 %d %s %s", k.AgencyID, k.AgencyAccount, k.MIN))
	}
	if k := r.K4; k != nil {
		all = append(all, fmt.Sprintf("K4 %d %d %d %d", k.PaymentInd, k.DeferredStart, k.BalloonDate, k.BalloonAmount))
	}
	if l := r.L1; l != nil {
		all = append(all, fmt.Sprintf("L1 %d %s", l.ChangeInd, l.NewAccountNumber))
	}
	if n := r.N1; n != nil {
		all = append(all, "N1 "+n.EmployerName+" "+n.Occupation)
	}
	return strings.Join(all, ", ")
}

// loanWith adds a loan like loan does, with further columns; they replace its row when it is added again.
func (e extract) loanWith(id, product string, columns map[string]string) {
	header := []string{"loan_id", "product_id", "program_id", "account_number", "opened_on", "original_amount", "terms_duration",
		"scheduled_payment", "status", "status_since", "servicing_status", "balloon_on", "balloon_amount", "deferred_until",
		"original_creditor", "creditor_class", "purchased_from", "sold_to", "sold_on", "agency_id", "agency_account", "mortgage_id",
		"new_account_number", "first_delinquency_on", "special_comment"}
	if !strings.HasPrefix(e["loans"], header[0]+","+header[1]+",program_id,account_number,opened_on,original_amount,terms_duration,scheduled_payment,status,status_since,servicing_status,balloon_on") {
		e["loans"] = strings.Join(header, ",") + "\n"
	}
	row := map[string]string{
		"loan_id": id, "product_id": product, "program_id": "P1", "account_number": "ACCT" + id, "opened_on": "2026-05-01",
		"original_amount": "1000.00", "terms_duration": "10", "scheduled_payment": "100.00", "status": "ACTIVE",
		"status_since": "2026-05-01", "servicing_status": "SERVICING",
	}
	for name, value := range columns {
		row[name] = value
	}
	var cells []string
	for _, name := range header {
		cells = append(cells, row[name])
	}
	e.add("loans", "%s", strings.Join(cells, ","))
}

// The segments K1 to N1 go out with the account that has them (Q47, Q54, Q57, Q63, Q65), collateral by its reason (BR13), a
// sold account once, and an announced account number replaces the old one.
func TestNightSegments(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := book()
	e["customers"] = "customer_id,surname,first_name,ssn,date_of_birth,address1,city,state,postal_code,employer_name,occupation\n" +
		"C1,ALDERBROOK,ROBIN,666100001,1980-02-29,1 ELM ST,SPRINGFIELD,IL,62701,Mill & Sons,Miller\n"
	e.add("products", "PC,Collection,O,48,M,F,,,5,true")
	const work = "N1 MILL SONS MILLER"
	columns := map[string]map[string]string{
		"A": {"agency_id": "01", "agency_account": "7001", "mortgage_id": "100200300"},
		"B": {"original_creditor": "First Bank", "creditor_class": "08", "purchased_from": "Seller Co", "balloon_on": "2027-05-20", "balloon_amount": "500.00"},
		"C": {}, "D": {}, "E": {"deferred_until": "2026-06-30"},
		"F": {"original_creditor": "City Clinic", "creditor_class": "02", "first_delinquency_on": "2025-11-10"},
	}
	for _, id := range []string{"A", "B", "C", "D", "E", "F"} {
		product := "PL"
		if id == "F" {
			product = "PC"
		}
		e.loanWith(id, product, columns[id])
		e.add("loan_customers", "%s,C1,1,1", id)
		e.schedule(id)
		e.entry(id, "ORIGINATION", "1000.00", "2026-05-01", "")
	}
	e.entry("E", "PAYMENT", "200.00", "2026-07-01", "")
	e.load(t, db)
	dir := t.TempDir()
	want := []map[string]string{
		{
			"ACCTA": "11 K3 1 7001 100200300, " + work, "ACCTB": "11 K1 FIRST BANK 8, K2 1 SELLER CO, K4 1 0 20270520 500, " + work,
			"ACCTC": "11 " + work, "ACCTD": "11 " + work, "ACCTE": "11 K4 2 20260720 0 0, " + work, "ACCTF": "93 K1 CITY CLINIC 2, " + work,
		},
		{
			"ACCTA": "11 K3 1 7001 100200300, L1 1 NUMBER2, " + work, "ACCTB": "11 K1 FIRST BANK 8, K2 1 SELLER CO, K4 1 0 20270520 500, " + work,
			"ACCTC": "11 AH K2 2 BUYER BANK, " + work, "ACCTD": "96 " + work, "ACCTE": "11 K4 2 20260720 0 0, " + work, "ACCTF": "93 K1 CITY CLINIC 2, " + work,
		},
		{
			"NUMBER2": "71 K3 1 7001 100200300, " + work, "ACCTB": "71 K1 FIRST BANK 8, K2 1 SELLER CO, K4 1 0 20270520 500, " + work,
			"ACCTD": "96 " + work, "ACCTE": "11 " + work, "ACCTF": "93 K1 CITY CLINIC 2, " + work,
		},
	}
	for i, on := range []string{"2026-05-31", "2026-06-30", "2026-07-31"} {
		report := night(t, db, dir, on)
		got := map[string]string{}
		for account, r := range wholeRecords(t, report.Files[0].Path) {
			got[account] = strings.Join(strings.Fields(r.Base.AccountStatus+" "+r.Base.SpecialComment+" "+segmentsOf(r)), " ")
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("night %s (-want +got):\n%s", on, diff)
		}
		if len(report.Exceptions) > 0 {
			t.Errorf("night %s: exceptions %+v", on, report.Exceptions)
		}
		if i == 0 {
			e["loans"] = ""
			e.loanWith("A", "PL", map[string]string{"agency_id": "01", "agency_account": "7001", "mortgage_id": "100200300", "new_account_number": "number2"})
			e.loanWith("C", "PL", map[string]string{"sold_to": "Buyer Bank", "sold_on": "2026-06-15"})
			e["terminations"] = "loan_id,terminated_on,source,reason\nD,2026-06-15,,REPO\n"
			e.load(t, db)
		}
	}
	if n := count(t, db, `SELECT count(*) FROM tradeline WHERE account_number = 'NUMBER2' AND segments LIKE '%former_account_number=ACCTA'`); n != 1 {
		t.Errorf("%d tradelines know the former number, want July's", n)
	}
}
