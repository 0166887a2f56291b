package rules_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Q34, PO3, Q50: charges after the date closed of a loan that was paid off, however often nights run.
func TestChargesAfterClosing(t *testing.T) {
	loan := join(originated("2026-01-10", 100_00), due("2026-02-10", 100_00), paid("2026-02-05", 100_00))
	closed := "2026-02-05 " + paidOff + " PO2"
	for _, c := range []struct {
		name   string
		events []event
		nights []string // nil: every night
		want   []string
	}{
		{"Q34 interest reopens nothing", join(loan, interest("2026-02-20", 3_00)), nil, []string{closed}},
		{"Q34 nor does a fee, a late fee or money lent", join(loan, entry(rules.Fee, "2026-02-20", 3_00), lateFee("2026-02-21", 3_00), originated("2026-02-22", 50_00)), nil, []string{closed}},
		{"Q34 a charge that is undone again", join(loan, lateFee("2026-02-20", 3_00).reversed("2026-02-25")), nil, []string{closed}},
		{"Q34 PO4 a manual fee reopens, and then they count", join(loan, interest("2026-02-20", 3_00), entry(rules.ManualFee, "2026-02-25", 5_00), paid("2026-03-01", 5_00)), nil,
			[]string{closed, "2026-02-25 ACTIVE PO4"}},
		{"Q50 the pay-off and the charge lie between two nights", join(loan, interest("2026-02-20", 3_00)), []string{"2026-02-01", "2026-03-01"},
			[]string{"2026-03-01 " + paidOff + " PO2 as of 2026-02-05"}},
		{"Q50 PO4 a manual fee after it between two nights", join(loan, entry(rules.ManualFee, "2026-02-25", 5_00)), []string{"2026-02-01", "2026-03-01"},
			[]string{"2026-03-01 " + paidOff + " PO2 as of 2026-02-05", "2026-03-01 ACTIVE PO4 as of 2026-02-25"}},
		{"Q34 what was charged by the date closed counts", join(loan, interest("2026-02-05", 3_00)), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := active(counting(0, 0, 0), c.events...)
			n.loan.OpenedOn = day("2026-01-10")
			if c.nights == nil {
				n.every(t, "2026-01-10", "2026-03-31")
			} else {
				n.on(t, c.nights...)
			}
			n.tell(t, c.want...)
		})
	}
}

// Q35: a loan that would be charged off with less than a dollar owed is listed every night.
func TestSmallBalanceIsListed(t *testing.T) {
	n := boarded(counting(1, 1, 0), rules.Delinquent, "2026-02-10", join(year(), entry(rules.Adjustment, "2026-03-01", -1199_50))...)
	n.loan.Ledger = ledgerOn(day("2026-03-12"), n.events)
	_, moved, err := rules.Delinquency(&n.loan, day("2026-03-12"))
	var listed *rules.Undecidable
	if moved || !errors.As(err, &listed) || listed.Code != rules.CodeSmallBalance {
		t.Errorf("got moved %t, %v, want %s", moved, err, rules.CodeSmallBalance)
	}
	if next := rules.NextLook(&n.loan, ledgerAsOf(farOff, farOff, n.events), day("2026-03-12")); next != day("2026-03-13") {
		t.Errorf("next look: got %s, want the next night", next)
	}
}

// Q34: a charge after the closing is listed once, by the file of its period.
func TestChargesAfterClosingAreListedOnce(t *testing.T) {
	events := []event{originated("2026-01-10", 100_00), paid("2026-02-05", 100_00), interest("2026-02-20", 3_00)}
	for asOf, want := range map[string]int{"2026-02-28": 1, "2026-03-31": 0} {
		if got := rules.Listed(closedAs(account(asOf, events...), rules.PaidOff, "2026-02-05")); len(got) != want {
			t.Errorf("as of %s: listed %v, want %d", asOf, got, want)
		}
	}
}

// Q34, Q85, Q13, BR13: what is charged after a closing by payment counts in no record, nor does its waiver.
func TestReportedWithoutLaterCharges(t *testing.T) {
	paidOff := func(more ...event) *rules.Account {
		return closedAs(account("2026-03-31", join(lateLoan(), paid("2026-03-10", 5000_00), more)...), rules.PaidOff, "2026-03-10")
	}
	if r := report(t, paidOff(interest("2026-03-20", 10_00), waived("2026-03-25", 10_00))); r.AccountStatus != "13" || r.SpecialComment != "" {
		t.Errorf("interest after the closing, waived: got %s, comment %q", r.AccountStatus, r.SpecialComment)
	}
	if r := report(t, paidOff(waived("2026-03-09", 10_00), refunded("2026-03-11", 10_00))); r.SpecialComment != "AU" {
		t.Errorf("principal waived: got comment %q, want AU", r.SpecialComment)
	}
	deleted := paidOff(interest("2026-03-20", 10_00))
	deleted.Termination = &rules.Termination{On: day("2026-03-25"), Reason: "ERRO"}
	deleted.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-01-31")}
	if got := outcome(t, deleted); got != "DA DC1" {
		t.Errorf("deletion after interest that does not count: got %s", got)
	}
	taken := paidOff(interest("2026-03-20", 10_00))
	taken.Termination = &rules.Termination{On: day("2026-03-05"), Reason: "REPO"}
	if r := report(t, taken); r.AccountStatus != "63" || r.CurrentBalance != 0 {
		t.Errorf("repossessed and paid: got %s owing %d, want 63", r.AccountStatus, r.CurrentBalance)
	}
	if n := len(rules.Listed(paidOff(interest("2026-03-20", 10_00)))); n != 1 {
		t.Errorf("listed %d charges, want 1", n)
	}
}
