package inquiry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/fixtures/pgtest"
	"github.com/furnisher/furnisher/rules"
)

// withCases has seven cases: K1 to K5 of the customer C1, who has the loan L1, K6 of L2 and C2, and K7 of nobody.
func withCases(t *testing.T) *sqlx.DB {
	t.Helper()
	db := pgtest.New(t)
	db.MustExec(`INSERT INTO customer (customer_id, surname, address1, city, state, postal_code)
			VALUES ('C1', 'ALDER', '1 ELM ST', 'SPRINGFIELD', 'IL', '62701'), ('C2', 'BIRCH', '1 ELM ST', 'SPRINGFIELD', 'IL', '62701');
		INSERT INTO loan_key (loan_id) VALUES ('L1'), ('L2');
		INSERT INTO loan_customer (loan, customer, ecoa_code, position) SELECT loan, customer, '1', 1 FROM loan_key, customer WHERE right(loan_id, 1) = right(customer_id, 1);
		INSERT INTO case_file (case_id, external_id, type, status, opened_on, court_case_number, disputed_amount_cents, listed_outstanding_debt)
			SELECT 'K' || n, 'X' || n, CASE WHEN n < 3 THEN 'DISPUTE' ELSE 'BANKRUPTCY' END, CASE n WHEN 2 THEN 'Closed' ELSE 'open' END, '2026-06-01',
			CASE n WHEN 3 THEN '26-10334' END, CASE n WHEN 1 THEN 1250 END, CASE n WHEN 3 THEN FALSE END FROM generate_series(1, 7) n;
		UPDATE case_file SET deleted_on = '2026-06-02' WHERE case_id = 'K4';
		UPDATE case_file SET snoozed_until = '2026-06-30' WHERE case_id = 'K5';
		INSERT INTO case_party (case_key, customer) SELECT case_key, customer FROM case_file, customer WHERE customer_id = 'C1' AND case_id < 'K6';
		INSERT INTO case_party (case_key, customer) SELECT case_key, customer FROM case_file, customer WHERE customer_id = 'C2' AND case_id = 'K6';
		INSERT INTO case_party (case_key, loan) SELECT case_key, loan FROM case_file, loan_key WHERE loan_id = 'L2' AND case_id = 'K6';
		INSERT INTO case_association SELECT case_key, 'DOCUMENT', 'scan 12', 1 FROM case_file WHERE case_id = 'K6';
		INSERT INTO operation (kind, digest, who, why, at, result) SELECT 'TEST', '', 'ada', 'reason ' || n, '2026-06-02T06:00:00Z', '{}' FROM generate_series(1, 3) n;
		INSERT INTO case_escalation (case_key, assignee, raised_operation, raised_on, ended_operation, ended_on)
			SELECT case_key, 'legal', 1, '2026-06-02', 2, '2026-06-03' FROM case_file WHERE case_id = 'K1';
		INSERT INTO case_escalation (case_key, raised_operation, raised_on) SELECT case_key, 3, '2026-06-04' FROM case_file WHERE case_id IN ('K1', 'K3')`)
	return db
}

func caseIDs(l inquiry.Paged[inquiry.Case]) string {
	var ids []string
	for i := range l.Rows {
		ids = append(ids, l.Rows[i].CaseID)
	}
	return strings.Join(ids, " ")
}

// CA1: cases are listed by borrower, loan, type and status, and with what was done with them.
func TestCasesFilters(t *testing.T) {
	t.Parallel()
	db := withCases(t)
	yes, no := true, false
	for name, c := range map[string]struct {
		filter inquiry.CaseFilter
		want   string
	}{
		"all":           {inquiry.CaseFilter{}, "K1 K2 K3 K4 K5 K6 K7"},
		"customer":      {inquiry.CaseFilter{CustomerID: "C2"}, "K6"},
		"no customer":   {inquiry.CaseFilter{CustomerID: "C9"}, ""},
		"loan":          {inquiry.CaseFilter{LoanID: "L2"}, "K6"},
		"its customers": {inquiry.CaseFilter{LoanID: "L1"}, "K1 K2 K3 K4 K5"},
		"type":          {inquiry.CaseFilter{Type: rules.CaseDispute}, "K1 K2"},
		"status":        {inquiry.CaseFilter{Status: "closed"}, "K2"},
		"external id":   {inquiry.CaseFilter{ExternalID: "X3"}, "K3"},
		"deleted":       {inquiry.CaseFilter{Deleted: &yes}, "K4"},
		"not deleted":   {inquiry.CaseFilter{Deleted: &no, Type: rules.CaseBankruptcy}, "K3 K5 K6 K7"},
		"snoozed":       {inquiry.CaseFilter{Snoozed: &yes, On: day("2026-06-30")}, "K5"},
		"no more":       {inquiry.CaseFilter{Snoozed: &yes, On: day("2026-07-01")}, ""},
		"not snoozed":   {inquiry.CaseFilter{Snoozed: &no, On: day("2026-06-30"), CustomerID: "C1"}, "K1 K2 K3 K4"},
		"escalated":     {inquiry.CaseFilter{Escalated: &yes}, "K1 K3"},
		"not escalated": {inquiry.CaseFilter{Escalated: &no, LoanID: "L1"}, "K2 K4 K5"},
	} {
		l, err := inquiry.Cases(t.Context(), db, c.filter, inquiry.Turn{})
		if err != nil || caseIDs(l) != c.want || l.Total != len(l.Rows) || l.Count != len(l.Rows) || l.Next != "" || l.Previous != "" {
			t.Errorf("%s: %s (%+v), %v, want %s", name, caseIDs(l), l, err, c.want)
		}
	}
}

// A list is turned forwards and back; each part says how many rows there are in all.
func TestCasesPages(t *testing.T) {
	t.Parallel()
	db := withCases(t)
	turn := inquiry.Turn{Limit: 3}
	read := func() (inquiry.Paged[inquiry.Case], string) {
		t.Helper()
		l, err := inquiry.Cases(t.Context(), db, inquiry.CaseFilter{}, turn)
		if err != nil {
			t.Fatal(err)
		}
		return l, fmt.Sprintf("%s, %d of %d, before %t, after %t", caseIDs(l), l.Count, l.Total, l.Previous != "", l.Next != "")
	}
	var first, second, third inquiry.Paged[inquiry.Case]
	for _, c := range []struct {
		turn func()
		into *inquiry.Paged[inquiry.Case]
		want string
	}{
		{func() {}, &first, "K1 K2 K3, 3 of 7, before false, after true"},
		{func() { turn.After = first.Next }, &second, "K4 K5 K6, 3 of 7, before true, after true"},
		{func() { turn.After = second.Next }, &third, "K7, 1 of 7, before true, after false"},
		{func() { turn.After, turn.Before = "", third.Previous }, &second, "K4 K5 K6, 3 of 7, before true, after true"},
		{func() { turn.Before = second.Previous }, &first, "K1 K2 K3, 3 of 7, before false, after true"},
		{func() { turn.Before = second.Previous; turn.Limit = 2 }, &first, "K2 K3, 2 of 7, before true, after true"},
	} {
		c.turn()
		l, got := read()
		if *c.into = l; got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	for _, bad := range []inquiry.Turn{{After: "1", Before: "2"}, {After: "K1"}, {Limit: -1}, {Limit: inquiry.MaxLimit + 1}} {
		if _, err := inquiry.Cases(t.Context(), db, inquiry.CaseFilter{}, bad); !errors.Is(err, inquiry.ErrBadPage) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// A case is read by its id or its external id, with the court's number masked.
func TestCaseDetail(t *testing.T) {
	t.Parallel()
	db := withCases(t)
	no := false
	c, err := inquiry.CaseDetail(t.Context(), db, "X3")
	if err != nil || c.CaseID != "K3" || c.CourtCaseNumber != "****0334" || c.DebtListed == nil || *c.DebtListed != no || !c.Escalated {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = inquiry.CaseDetail(t.Context(), db, "K1")
	if err != nil || c.DisputedAmount == nil || *c.DisputedAmount != 1250 || strings.Join(c.CustomerIDs, " ") != "C1" || len(c.LoanIDs) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = inquiry.CaseDetail(t.Context(), db, "K6")
	if err != nil || len(c.Associations) != 1 || c.Associations[0] != (inquiry.CaseAssociation{Kind: "DOCUMENT", Reference: "scan 12"}) || c.LoanIDs[0] != "L2" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := inquiry.CaseDetail(t.Context(), db, "K9"); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such case: %v", err)
	}
}

// CA1: the escalations of a case and of all, with who raised and ended them.
func TestEscalations(t *testing.T) {
	t.Parallel()
	db := withCases(t)
	for name, c := range map[string]struct {
		id   string
		open bool
		want string
	}{
		"all":       {"", false, "K1 legal ada reason 1 2026-06-03 reason 2; K1  ada reason 3  ; K3  ada reason 3  "},
		"open":      {"", true, "K1  ada reason 3  ; K3  ada reason 3  "},
		"of a case": {"X1", false, "K1 legal ada reason 1 2026-06-03 reason 2; K1  ada reason 3  "},
		"none":      {"K2", false, ""},
	} {
		l, err := inquiry.Escalations(t.Context(), db, c.id, c.open, inquiry.Turn{})
		var got []string
		for _, e := range l.Rows {
			got = append(got, fmt.Sprintf("%s %s %s %s %s %s", e.CaseID, e.Assignee, e.RaisedBy, e.Why, e.EndedOn, e.EndedWhy))
		}
		if strings.Join(got, "; ") != c.want || err != nil || l.Total != len(got) {
			t.Errorf("%s: %s, %v, want %s", name, strings.Join(got, "; "), err, c.want)
		}
	}
	if _, err := inquiry.Escalations(t.Context(), db, "K9", false, inquiry.Turn{}); !errors.Is(err, inquiry.ErrNotFound) {
		t.Errorf("no such case: %v", err)
	}
}
