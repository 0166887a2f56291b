package rules_test

import (
	"errors"
	"testing"

	"github.com/furnisher/furnisher/rules"
)

// Instalments of 100, due on the 1st of each month from 2026-01-01 on, of a loan of 1200.
func firsts() []event {
	return join(originated("2025-12-01", 1200_00), monthlyDues("2026-01-01", 12, 100_00))
}

// BR3, Q20, FORMAT 3.2: the date of first delinquency is the due date of the first missed payment of the
// delinquency that led to the present status, plus 30 days.
func TestFirstDelinquency(t *testing.T) {
	for _, c := range []struct {
		name          string
		asOf          string
		events        []event
		status, first string // first: the due date first missed
	}{
		{"the first day", "2026-01-31", firsts(), "71", "2026-01-01"},
		{"later misses do not move it", "2026-04-30", firsts(), "80", "2026-01-01"}, // 119 days
		{"rolled from 60 to 30 days late: the same delinquency", "2026-03-20", join(firsts(), paid("2026-03-10", 100_00)), "71", "2026-01-01"},
		{"rolled every month by one payment", "2026-06-10", join(firsts(), paid("2026-03-10", 100_00), paid("2026-04-10", 100_00),
			paid("2026-05-10", 100_00), paid("2026-06-08", 100_00)), "71", "2026-01-01"},
		{"a partial payment does not move it", "2026-02-15", join(firsts(), paid("2026-02-10", 99_00)), "71", "2026-01-01"},
		{"paid down to 28 days late on Mar 1: a new one from February", "2026-03-05", join(firsts(), paid("2026-03-01", 100_00)), "71", "2026-02-01"},
		{"paid down to 29 days late on Mar 2: a new one from February", "2026-03-05", join(firsts(), paid("2026-03-02", 100_00)), "71", "2026-02-01"},
		{"paid down to 30 days late on Mar 3: the same", "2026-03-05", join(firsts(), paid("2026-03-03", 100_00)), "71", "2026-01-01"},
		{"paid up for one day: a new one", "2026-05-15", join(firsts(), paid("2026-03-31", 300_00)), "71", "2026-04-01"},
		{"a bounced payment does not re-age", "2026-05-15", join(firsts(), paid("2026-03-31", 300_00).reversed("2026-05-15")), "82", "2026-01-01"},
		{"a payment that bounces tomorrow still counts", "2026-05-15", join(firsts(), paid("2026-03-31", 300_00).reversed("2026-05-16")), "71", "2026-04-01"},
		{"bounced and paid again a month later: late all the while", "2026-05-15", join(firsts(), paid("2026-03-31", 300_00).reversed("2026-04-02"),
			paid("2026-04-20", 300_00)), "71", "2026-04-01"},
		{"an offset ends it as a payment does", "2026-05-15", join(firsts(), entry(rules.Offset, "2026-03-31", 300_00)), "71", "2026-04-01"},
		{"a refund makes January unpaid again", "2026-05-15", join(firsts(), paid("2026-01-01", 500_00), refunded("2026-05-10", 450_00)), "82", "2026-01-01"},
		{
			"a refund makes January unpaid again while February is missed: January is the first", "2026-03-20",
			join(firsts(), paid("2026-01-01", 100_00), refunded("2026-03-10", 1)), "78", "2026-01-01",
		},
		{"over leap day", "2028-03-01", []event{originated("2027-12-01", 1200_00), due("2028-01-31", 100_00)}, "71", "2028-01-31"},
		{"Q6 a cycle at zero balance is not missed", "2026-05-15", []event{
			originated("2025-12-01", 100_00), entry(rules.Adjustment, "2026-01-15", -100_00), due("2026-02-01", 100_00),
			originated("2026-02-15", 500_00), due("2026-03-01", 100_00),
		}, "78", "2026-03-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report(t, account(c.asOf, c.events...))
			if r.AccountStatus != c.status || r.FirstMissedDueOn != day(c.first) || r.DateFirstDelinquency != day(c.first)+30 {
				t.Errorf("got %s missed %s first delinquency %s, want %s missed %s and 30 days later",
					r.AccountStatus, r.FirstMissedDueOn, r.DateFirstDelinquency, c.status, c.first)
			}
		})
	}
}

// Q21, BR3: what the lender last reported is kept as long as that delinquency, or the charge-off, stands.
func TestFirstDelinquencyBoarded(t *testing.T) {
	reportedLate := rules.Baseline{History: history24("10"), FirstDelinquencyOn: day("2025-12-15"), LastReportedOn: day("2026-02-28")}
	for _, c := range []struct {
		name   string
		asOf   string
		events []event
		change func(*rules.Account)
		want   string
	}{
		{"still the same delinquency", "2026-03-31", firsts(), nil, "2025-12-15"},
		{
			"it became current on the day after the last report, and late again", "2026-05-31",
			join(firsts(), paid("2026-03-01", 300_00)), nil, "2026-05-01",
		},
		{
			"it was cured, then late again before the last report: the ledger began that run by then", "2026-05-31",
			join(firsts(), paid("2026-01-20", 100_00)), func(a *rules.Account) { a.Baseline.LastReportedOn = day("2026-03-03") }, "2025-12-15",
		},
		{
			"the run began on the day after the last report", "2026-05-31",
			join(firsts(), paid("2026-01-20", 100_00)), func(a *rules.Account) { a.Baseline.LastReportedOn = day("2026-03-02") }, "2026-03-03",
		},
		{"when it was reported is unknown: a run that began by its own date is the same", "2026-03-31", firsts(), func(a *rules.Account) {
			a.Baseline = rules.Baseline{FirstDelinquencyOn: day("2026-02-05")}
		}, "2026-02-05"},
		{"when it was reported is unknown: a run that began after its own date is another", "2026-03-31", firsts(), func(a *rules.Account) {
			a.Baseline = rules.Baseline{FirstDelinquencyOn: day("2026-01-30")}
		}, "2026-01-31"},
		{"BR3 when it was reported is unknown: a charge-off keeps the earlier of the two", "2026-03-31", firsts(), func(a *rules.Account) {
			a.Baseline = rules.Baseline{FirstDelinquencyOn: day("2025-12-15")}
			chargedOffOn(a, "2026-02-28", 1200_00)
		}, "2025-12-15"},
		{
			"charged off before the boarding, whatever the ledger proves", "2026-03-31",
			[]event{originated("2025-12-01", 1200_00)},
			func(a *rules.Account) { chargedOffOn(a, "2026-02-28", 1200_00) }, "2025-12-15",
		},
		{
			"charged off after it, the delinquency ran before", "2026-03-31", firsts(),
			func(a *rules.Account) { chargedOffOn(a, "2026-03-20", 1200_00) }, "2025-12-15",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account(c.asOf, c.events...)
			a.Baseline = reportedLate
			if c.change != nil {
				c.change(a)
			}
			r := report(t, a)
			if r.DateFirstDelinquency != day(c.want) || r.FirstMissedDueOn != day(c.want)-30 {
				t.Errorf("got missed %s, first delinquency %s, want %s and 30 days before", r.FirstMissedDueOn, r.DateFirstDelinquency, c.want)
			}
		})
	}
}

// BR12, Q52: a loan that came late from the lender's own reports without a date is not reported until it has one.
func TestBoardedLateWithoutDate(t *testing.T) {
	settled := join(originated("2026-02-28", 1200_00), due("2026-03-10", 100_00)) // the ledger begins with the boarding
	for _, c := range []struct {
		name, history string
		events        []event
		change        func(*rules.Account)
		want          string
	}{
		{"late by its ledger", "000", firsts(), nil, rules.CodeNoDOFD},
		{"late by its profile, which the ledger does not reach", "100", settled[1:], nil, rules.CodeNoDOFD},
		{"late by its profile, current by its ledger on that day", "100", join(firsts(), paid("2026-02-20", 300_00)), nil, "11"},
		{"current by its ledger of then: the payment came back later", "000", join(firsts(), paid("2026-02-20", 300_00).reversed("2026-03-05")), nil, "78"},
		{"27 days late, which is a month", "000", []event{originated("2025-12-01", 1200_00), due("2026-02-01", 100_00)}, func(a *rules.Account) {
			a.Product.DelinquencyMethod = rules.ByMonths
		}, "78"},
		{"current", "010", join(firsts(), paid("2026-02-20", 300_00)), nil, "11"},
		{"late, not reported before", "", firsts(), func(a *rules.Account) { a.Baseline.LastReportedOn = 0 }, "78"},
		{"late, with a date", "100", firsts(), func(a *rules.Account) { a.Baseline.FirstDelinquencyOn = day("2026-01-31") }, "78"},
		{"late, and reported by us", "100", firsts(), func(a *rules.Account) {
			a.Tradelines = []rules.Furnished{before("2026-02-28", "71", "1", tail("0"))}
		}, "78"},
		{"deleted, late", "100", firsts(), func(a *rules.Account) {
			a.Termination = &rules.Termination{On: day("2026-03-05"), Reason: "FRAD"}
		}, "DF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := account("2026-03-31", c.events...)
			a.OpenedOn, a.Baseline.LastReportedOn = day("2025-06-01"), day("2026-02-28")
			if c.history != "" {
				a.Baseline.History = tail(c.history)
			}
			if c.change != nil {
				c.change(a)
			}
			r, excluded, err := rules.Furnish(a)
			var why *rules.Undecidable
			switch {
			case errors.As(err, &why):
				if why.Code != c.want {
					t.Errorf("got %s, want %s", why.Code, c.want)
				}
			case excluded != nil || r.AccountStatus != c.want:
				t.Errorf("got %+v, excluded %+v, want %s", r, excluded, c.want)
			}
		})
	}
}

// Q25: an accommodation does not put off the date of a charge-off before the loan is 30 days late.
func TestFirstDelinquencyOfChargeOffInAnAccommodation(t *testing.T) {
	for _, until := range []string{"2026-05-31", ""} {
		a := chargedOffOn(account("2026-04-30", originated("2025-06-01", 5000_00), due("2026-03-01", 100_00)), "2026-04-15", 5000_00)
		a.Pauses = []rules.Pause{{From: day("2026-03-11"), To: day(until)}}
		if r := report(t, a); r.AccountStatus != "97" || r.DateFirstDelinquency != day("2026-03-31") {
			t.Errorf("pause until %q: got %s since %s, want 97 since 2026-03-31", until, r.AccountStatus, r.DateFirstDelinquency)
		}
	}
}

// Q25, BR3: a charge-off before the loan is 30 days late, and what was once reported for a charge-off.
func TestFirstDelinquencyOfChargeOff(t *testing.T) {
	lost := []event{originated("2025-06-01", 5000_00), due("2026-02-10", 100_00)}
	first := func(a *rules.Account) *rules.Tradeline { return report(t, chargedOffOn(a, "2026-02-20", 5000_00)) }
	for _, c := range []struct{ name, asOf, want string }{
		{"Q25 not after the date of account information", "2026-02-28", "2026-02-28"},
		{"Q25 a day before due date + 30", "2026-03-11", "2026-03-11"},
		{"Q25 due date + 30", "2026-03-12", "2026-03-12"},
		{"Q25 and no later", "2026-03-31", "2026-03-12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := first(account(c.asOf, lost...))
			if r.DateFirstDelinquency != day(c.want) || r.FirstMissedDueOn != day("2026-02-10") {
				t.Errorf("got %s, missed %s, want %s, missed 2026-02-10", r.DateFirstDelinquency, r.FirstMissedDueOn, c.want)
			}
		})
	}
	t.Run("BR3 once reported it never moves later", func(t *testing.T) {
		next := account("2026-03-31", lost...)
		next.Tradelines = []rules.Furnished{first(account("2026-02-28", lost...)).Furnished}
		got := first(next)
		if got.DateFirstDelinquency != day("2026-02-28") || got.FirstMissedDueOn != day("2026-02-10") {
			t.Errorf("got %s, missed %s, want 2026-02-28, missed 2026-02-10 as reported", got.DateFirstDelinquency, got.FirstMissedDueOn)
		}
	})
	t.Run("BR3 a payment posted late does not re-age a reported charge-off", func(t *testing.T) {
		// January unpaid: first delinquency Jan 31. Then a payment is posted, effective before the charge-off.
		before := chargedOffOn(account("2026-03-31", firsts()...), "2026-03-20", 1200_00)
		r := report(t, before)
		if r.DateFirstDelinquency != day("2026-01-31") {
			t.Fatalf("before: got %s, want 2026-01-31", r.DateFirstDelinquency)
		}
		after := chargedOffOn(account("2026-04-30", join(firsts(), paid("2026-01-20", 100_00))...), "2026-03-20", 1200_00)
		after.Tradelines = []rules.Furnished{r.Furnished}
		if got := report(t, after).DateFirstDelinquency; got != day("2026-01-31") {
			t.Errorf("after: got %s, want 2026-01-31 as reported", got)
		}
	})
	t.Run("BR3 paid up after the charge-off and late again: the date stands", func(t *testing.T) {
		a := chargedOffOn(account("2026-07-31", join(firsts(), paid("2026-04-15", 400_00))...), "2026-03-20", 1200_00)
		if got := report(t, a); got.DateFirstDelinquency != day("2026-01-31") || got.FirstMissedDueOn != day("2026-01-01") {
			t.Errorf("got %s, missed %s, want 2026-01-31, missed 2026-01-01", got.DateFirstDelinquency, got.FirstMissedDueOn)
		}
	})
	t.Run("BR3 kept by the 64", func(t *testing.T) {
		a := chargedOffOn(account("2026-05-31", join(firsts(), paid("2026-05-20", 1200_00))...), "2026-03-20", 1200_00)
		if got := report(t, a); got.AccountStatus != "64" || got.DateFirstDelinquency != day("2026-01-31") {
			t.Errorf("got %s %s, want 64 2026-01-31", got.AccountStatus, got.DateFirstDelinquency)
		}
	})
}
