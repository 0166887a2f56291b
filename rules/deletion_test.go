package rules_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// cancelled gives an account that was reported before a termination of 2026-02-20.
func cancelled(reason string, events ...event) *rules.Account {
	a := account("2026-02-28", events...)
	a.Termination = &rules.Termination{On: day("2026-02-20"), Reason: reason}
	a.Tradelines = []rules.Furnished{before("2026-01-31", "11", "0", tail("000"))}
	return a
}

// outcome is what a file does with an account, in a word: a status, or the reason and rule of an exclusion.
func outcome(t testing.TB, a *rules.Account) string {
	t.Helper()
	r, excluded, err := rules.Furnish(a)
	switch {
	case err != nil:
		t.Fatalf("Report: %v", err)
	case (r == nil) == (excluded == nil):
		t.Fatalf("Report: got %v and %v, want exactly one", r, excluded)
	case excluded != nil:
		return excluded.Reason + " " + excluded.Rule
	}
	return r.AccountStatus + " " + r.Rule
}

func TestDeletion(t *testing.T) {
	undone := originated("2025-06-01", 5000_00).reversed("2026-02-20")
	owed := originated("2025-06-01", 5000_00)
	with := func(a *rules.Account, change func(*rules.Account)) *rules.Account { change(a); return a }
	never := func(a *rules.Account) { a.Tradelines = nil }
	rescinded := func(on string) func(*rules.Account) {
		return func(a *rules.Account) { a.Termination.RescindedOn = day(on) }
	}
	flag := func(code string) func(*rules.Account) {
		return func(a *rules.Account) { a.Termination.Reason, a.Termination.ReportAsDeleted = "", code }
	}
	for _, c := range []struct {
		name string
		a    *rules.Account
		want string
	}{
		{"DC1 ERRO", cancelled("ERRO", undone), "DA DC1"},
		{"DC1 FRAD", cancelled("FRAD", undone), "DF DC1"},
		{"Q72 FRAD never waits", cancelled("FRAD", owed), "DF DC1"},
		{"DC1 any other reason is no deletion", cancelled("CUST", owed), "11 BR2"},
		{"DC1 no reason is no deletion", cancelled("", owed), "11 BR2"},
		{"DC1 paid off with reason ERRO", closedAs(cancelled("ERRO", owed, paid("2026-02-10", 5000_00)), rules.PaidOff, "2026-02-10"), "DA DC1"},
		{"DC2 it overrides a charge-off", chargedOffOn(cancelled("FRAD", lateLoan()[0], lateLoan()[1], waived("2026-02-25", 5000_00)), "2026-02-20", 5000_00), "DF DC1"},
		{"DC2 it overrides a charge-off without amount or delinquency", chargedOffOn(cancelled("ERRO", originated("2026-02-21", 5_00).reversed("2026-02-22")), "2026-02-20", 0), "DA DC1"},
		{"DC2 once", with(cancelled("ERRO", undone), func(a *rules.Account) { a.DeletedOn = day("2026-01-31") }), "ALREADY_DELETED DC2"},
		{"DC2 never again, even without a termination", with(cancelled("ERRO", owed), func(a *rules.Account) { a.DeletedOn, a.Termination = day("2026-01-31"), nil }), "ALREADY_DELETED DC2"},
		{"DC3 Q72 a balance is open: left out", cancelled("ERRO", owed), "DELETION_WAITS Q72"},
		{"DC3 Q13 one cent is open", cancelled("ERRO", owed, paid("2026-02-10", 4999_99)), "DELETION_WAITS Q72"},
		{"DC3 Q13 a credit of one cent is open", cancelled("ERRO", owed, paid("2026-02-10", 5000_01)), "DELETION_WAITS Q72"},
		{"DC3 Q13 a charge is not covered though the balance is zero", cancelled("ERRO", undone, entry(rules.Fee, "2026-02-01", 5_00), entry(rules.Adjustment, "2026-02-02", -5_00)), "DELETION_WAITS Q72"},
		{"DC3 Q13 the charge was waived", cancelled("ERRO", undone, entry(rules.Fee, "2026-02-01", 5_00), waived("2026-02-02", 5_00)), "DA DC1"},
		{"DC3 Q13 the charge was reversed", cancelled("ERRO", undone, entry(rules.Fee, "2026-02-01", 5_00).reversed("2026-02-28")), "DA DC1"},
		{"DC3 Q13 the charge is reversed tomorrow", cancelled("ERRO", undone, entry(rules.Fee, "2026-02-01", 5_00).reversed("2026-03-01")), "DELETION_WAITS Q72"},
		{"DC3 Q13 the charge was paid", cancelled("ERRO", undone, entry(rules.Fee, "2026-02-01", 5_00), paid("2026-02-02", 5_00)), "DA DC1"},
		{"DC5 DA on a loan that goes on: it does not wait", with(cancelled("", owed), flag("DA")), "DA DC5"},
		{"DC5 DF", with(cancelled("", owed), flag("DF")), "DF DC5"},
		{"Q94 rescinded before it was reported: it was no mistake", with(cancelled("ERRO", owed), rescinded("2026-02-28")), "11 BR2"},
		{"Q94 FRAD rescinded", with(cancelled("FRAD", owed), rescinded("2026-02-28")), "11 BR2"},
		{"Q94 rescinded tomorrow", with(cancelled("FRAD", owed), rescinded("2026-03-01")), "DF DC1"},
		{"Q94 DC5 rescinded", with(with(cancelled("", owed), flag("DA")), rescinded("2026-02-28")), "11 BR2"},
		{"Q94 never reported while it stood", with(with(cancelled("FRAD", owed), never), rescinded("2026-02-28")), "11 BR2"},
		{"DC2 rescinded after it was reported: never again", with(with(cancelled("FRAD", owed), rescinded("2026-02-28")), func(a *rules.Account) { a.DeletedOn = day("2026-02-25") }), "ALREADY_DELETED DC2"},
		{"DC7 never reported", with(cancelled("ERRO", undone), never), "NEVER_REPORTED DC7"},
		{"Q12 never reported: left out at once, though a receivable is open", with(cancelled("ERRO", owed), never), "NEVER_REPORTED DC7"},
		{"DC7 report as deleted, never reported", with(with(cancelled("", owed), flag("DA")), never), "NEVER_REPORTED DC7"},
		{"DC7 reported before the boarding counts", with(with(cancelled("ERRO", undone), never), func(a *rules.Account) {
			a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-01-31")}
		}), "DA DC1"},
		{"the termination is tomorrow", with(cancelled("ERRO", undone), func(a *rules.Account) { a.Termination.On = day("2026-03-01") }), "11 BR2"},
		{"the termination is today", with(cancelled("ERRO", undone), func(a *rules.Account) { a.Termination.On = day("2026-02-28") }), "DA DC1"},
		{"Q16 not furnished", with(account("2026-02-28", owed), func(a *rules.Account) { a.Furnish = false }), "NOT_FURNISHED Q16"},
		{"Q16 not furnished, but its deletion goes out", with(cancelled("ERRO", undone), func(a *rules.Account) { a.Furnish = false }), "DA DC1"},
		{"Q72 not furnished, its deletion still waits", with(cancelled("ERRO", owed), func(a *rules.Account) { a.Furnish = false }), "DELETION_WAITS Q72"},
		{"Q16 not furnished, report as deleted", with(with(cancelled("", owed), flag("DA")), func(a *rules.Account) { a.Furnish = false }), "DA DC5"},
		{"Q80 not furnished any more: not as open", with(cancelled("", owed), func(a *rules.Account) { a.Furnish = false }), "NOT_FURNISHED Q80"},
		{"Q80 not furnished any more: its final status goes out", with(closedAs(cancelled("", owed, paid("2026-02-10", 5000_00)), rules.PaidOff, "2026-02-10"), func(a *rules.Account) { a.Furnish = false }), "13 BR2"},
		{"Q80 not furnished any more: a loan that cannot be decided is no exception", with(chargedOffOn(cancelled("", owed), "2026-02-20", 0), func(a *rules.Account) { a.Furnish = false }), "NOT_FURNISHED Q80"},
		{"Q80 BR10 not furnished any more: the notation of a dispute goes out", with(cancelled("", owed), func(a *rules.Account) {
			a.Furnish, a.Cases = false, []rules.Case{{ID: "K1", Type: rules.CaseDispute, OpenedOn: day("2026-02-10")}}
		}), "11 BR2"},
		{"Q80 BR10 not furnished any more: the notation is on file already", with(cancelled("", owed), func(a *rules.Account) {
			a.Furnish, a.Cases = false, []rules.Case{{ID: "K1", Type: rules.CaseDispute, OpenedOn: day("2026-01-10")}}
			a.Tradelines[0].ComplianceCode = "XB"
		}), "NOT_FURNISHED Q80"},
		{"Q80 reported before the boarding counts", with(account("2026-02-28", owed, paid("2026-02-10", 5000_00)), func(a *rules.Account) {
			closedAs(a, rules.PaidOff, "2026-02-10")
			a.Furnish, a.Baseline = false, rules.Baseline{History: tail("0"), LastReportedOn: day("2026-01-31")}
		}), "13 BR2"},
		{"opened tomorrow", with(account("2026-02-28", owed), func(a *rules.Account) { a.OpenedOn = day("2026-03-01") }), "NOT_OPENED BR1"},
		{"opened today", with(account("2026-02-28", owed), func(a *rules.Account) { a.OpenedOn = day("2026-02-28") }), "11 BR2"},
		{"Q21 reported for this date before the boarding", with(account("2026-02-28", owed), func(a *rules.Account) {
			a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-02-28")}
		}), "ALREADY_REPORTED Q21"},
		{"Q21 reported for the day before", with(account("2026-02-28", owed), func(a *rules.Account) {
			a.Baseline = rules.Baseline{History: tail("0"), LastReportedOn: day("2026-02-27")}
		}), "11 BR2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := outcome(t, c.a); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Q14, FORMAT 3.8: the fields of a deletion.
func TestDeletionRecord(t *testing.T) {
	settled := join(lateLoan(), paid("2026-02-10", 5000_00))
	deleted := func(code, closed string) ending {
		return ending{Status: code, Info: day("2026-02-28"), Closed: day(closed), Final: true}
	}
	late := func(e ending) ending { e.Missed, e.Delinq = day("2026-01-10"), day("2026-02-09"); return e }
	for _, c := range []struct {
		name string
		a    *rules.Account
		want ending
	}{
		{"Q14 the date closed", closedAs(cancelled("ERRO", settled...), rules.PaidOff, "2026-02-10"), late(deleted("DA", "2026-02-10"))},
		{"Q14 else the termination date", cancelled("ERRO", originated("2025-06-01", 5000_00).reversed("2026-02-20")), deleted("DA", "2026-02-20")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report(t, c.a)
			if diff := cmp.Diff(c.want, endingOf(r)); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			if r.PaymentHistory != tail("0000") || r.Deletion() != c.want.Status {
				t.Errorf("got history %s, deletion %s, want %s, %s", r.PaymentHistory, r.Deletion(), tail("0000"), c.want.Status)
			}
		})
	}
	t.Run("Q14 DC5 the export's date, and the rest as it would be reported", func(t *testing.T) {
		a := cancelled("", lateLoan()...)
		a.Termination.ReportAsDeleted = "DF"
		want := late(deleted("DF", "2026-02-28"))
		want.Balance, want.PastDue, want.SMPA = 5000, 100, 100
		if diff := cmp.Diff(want, endingOf(report(t, a))); diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
	})
	t.Run("DC2 FORMAT 3.2 a charge-off without amount or delinquency", func(t *testing.T) {
		a := chargedOffOn(cancelled("ERRO", originated("2026-02-21", 5_00).reversed("2026-02-22")), "2026-02-20", 0)
		if diff := cmp.Diff(deleted("DA", "2026-02-20"), endingOf(report(t, a))); diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
	})
	t.Run("DC5 the export's date even of a closed loan", func(t *testing.T) {
		a := closedAs(cancelled("", settled...), rules.PaidOff, "2026-02-10")
		a.Termination.ReportAsDeleted = "DA"
		if got := report(t, a).DateClosed; got != day("2026-02-28") {
			t.Errorf("got %s, want 2026-02-28", got)
		}
	})
	t.Run("DC3 Q72 a waiting deletion says what it waits for", func(t *testing.T) {
		_, excluded, err := rules.Furnish(cancelled("ERRO", originated("2025-06-01", 5000_00)))
		want := rules.Exclusion{Reason: rules.DeletionWaits, Rule: "Q72", Detail: "its deletion waits for balance 5000.00"}
		if err != nil || excluded == nil || *excluded != want {
			t.Errorf("got %+v, error %v, want %+v", excluded, err, want)
		}
	})
}

// DC8, Q15: a reversal after the deletion does not bring the loan back, and a person must know.
func TestReversedAfterDeletion(t *testing.T) {
	for _, c := range []struct {
		name, deleted, reversed string
		want                    bool
	}{
		{"not deleted", "", "2026-02-20", false},
		{"never reversed", "2026-01-31", "", false},
		{"reversed before", "2026-01-31", "2026-01-30", false},
		{"reversed on the day of the file, which saw it", "2026-01-31", "2026-01-31", false},
		{"reversed on the day after", "2026-01-31", "2026-02-01", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-02-28", originated("2025-06-01", 500_00), paid("2026-01-10", 500_00).reversed(c.reversed))
			a.DeletedOn = day(c.deleted)
			var undecidable *rules.Undecidable
			err := rules.ReversedAfterDeletion(a)
			if got := errors.As(err, &undecidable); got != c.want || got && undecidable.Code != rules.CodeReversed {
				t.Errorf("got %v, want reversal found %t", err, c.want)
			}
		})
	}
}

// DC2, DC11: an account number that an older loan of the program has, or under which another loan was deleted, goes into no
// file: neither as an account nor as a deletion. What is left out anyway is left out for its own reason.
func TestDuplicateAccountNumber(t *testing.T) {
	holders := map[string]func(*rules.Account){
		"an older loan":  func(a *rules.Account) { a.OlderHolder = true },
		"a deleted loan": func(a *rules.Account) { a.DeletedHolder = true },
	}
	settled := []event{originated("2025-06-01", 5000_00), paid("2026-02-10", 5000_00)}
	for name, hold := range holders {
		for what, a := range map[string]*rules.Account{
			"reported": account("2026-02-28", originated("2025-06-01", 5000_00)), "deleted": cancelled("ERRO", settled...),
		} {
			hold(a)
			r, excluded, err := rules.Furnish(a)
			var undecidable *rules.Undecidable
			if r != nil || excluded != nil || !errors.As(err, &undecidable) || undecidable.Code != rules.CodeDuplicate {
				t.Errorf("%s, %s: got %v, %v, %v, want %s", name, what, r, excluded, err, rules.CodeDuplicate)
			}
		}
		a := account("2026-02-28", originated("2025-06-01", 5000_00))
		a.Furnish = false
		hold(a)
		if _, excluded, err := rules.Furnish(a); err != nil || excluded == nil || excluded.Reason != rules.NotFurnished {
			t.Errorf("%s, not furnished: got %v, %v, want %s", name, excluded, err, rules.NotFurnished)
		}
	}
}
