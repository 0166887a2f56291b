package batch

import "testing"

// A limit is a share of the whole, but never less than its absolute number.
func TestLimitAllowed(t *testing.T) {
	t.Parallel()
	l := Limit{Share: 5, Least: 200}
	for whole, want := range map[int64]int64{0: 200, 500: 200, 4000: 200, 4019: 200, 4020: 201, 1_000_000: 50_000} {
		if got := l.Allowed(whole); got != want {
			t.Errorf("of %d: got %d, want %d", whole, got, want)
		}
	}
}

func TestLimitsSet(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	for _, setting := range []string{"delinquent=8%,500", "charged-off=0.5,40", "charged-off-amount=1%,2500", "closed=off", "news-age=4"} {
		if err := l.Set(setting); err != nil {
			t.Error(err)
		}
	}
	for name, want := range map[string]Limit{
		BrakeDelinquent: {Share: 8, Least: 500}, BrakeChargedOff: {Share: 0.5, Least: 40}, BrakeChargedOffAmount: {Share: 1, Least: 2500_00},
		BrakeNewsAge: {Least: 4}, BrakeDeleted: {Share: 5, Least: 500},
	} {
		if got, on := l[name]; !on || got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	if _, on := l[BrakeClosed]; on {
		t.Error("closed is on")
	}
	for _, setting := range []string{"", "delinquent", "delinquent=", "delinquent=5%", "delinquent=5%,-1", "delinquent=101%,5", "delinquent=NaN,5", "news-age=soon", "late=5%,1", "=off"} {
		if err := l.Set(setting); err == nil {
			t.Errorf("%q is taken", setting)
		}
	}
	if err := l.Set("off"); err != nil || len(l) != 0 {
		t.Errorf("off leaves %v, %v", l, err)
	}
	if _, on := DefaultLimits()[BrakeNewsAge]; on {
		t.Error("news-age is on out of the box: a book with a calendar of its own would stop")
	}
	for _, b := range Brakes {
		if err := l.Set(b.Name + "=" + b.Setting(b.Default)); err != nil || l[b.Name].Share != b.Default.Share || l[b.Name].Least != b.Default.Least {
			t.Errorf("%s: its own limit is %+v, %v", b.Name, l[b.Name], err)
		}
	}
}

// A file is beyond its limit with more and with fewer records than usual. What was accepted covers numbers up to it, of the
// same brake and file.
func TestVerdict(t *testing.T) {
	t.Parallel()
	l := Limits{BrakeFileRecords: {Share: 10, Least: 5}, BrakeClosed: {Least: 10}, BrakeNewsAge: {Least: 3}}
	accepted := func(brake, about string, now, whole int64) []BrakeSummary {
		return []BrakeSummary{{Brake: brake, About: about, State: "ACCEPTED", Now: now, Whole: whole}}
	}
	for _, c := range []struct {
		name    string
		measure Measure
		known   []BrakeSummary
		braked  bool
	}{
		{"as many as may be", Measure{Brake: BrakeClosed, Now: 10, Whole: 50}, nil, false},
		{"one more", Measure{Brake: BrakeClosed, Now: 11, Whole: 50}, nil, true},
		{"accepted", Measure{Brake: BrakeClosed, Now: 11}, accepted(BrakeClosed, "", 11, 0), false},
		{"fewer than accepted", Measure{Brake: BrakeClosed, Now: 11}, accepted(BrakeClosed, "", 12, 0), false},
		{"more than accepted", Measure{Brake: BrakeClosed, Now: 12}, accepted(BrakeClosed, "", 11, 0), true},
		{"not accepted", Measure{Brake: BrakeClosed, Now: 12}, []BrakeSummary{{Brake: BrakeClosed, State: "BRAKED", Now: 12}}, true},
		{"another brake", Measure{Brake: BrakeClosed, Now: 12}, accepted(BrakeFileRecords, "", 100, 0), true},
		{"few records", Measure{Brake: BrakeFileRecords, Now: 89, Whole: 100}, nil, true},
		{"many records", Measure{Brake: BrakeFileRecords, Now: 111, Whole: 100}, nil, true},
		{"records as usual", Measure{Brake: BrakeFileRecords, Now: 90, Whole: 100}, nil, false},
		{"another file", Measure{Brake: BrakeFileRecords, About: "B", Now: 50, Whole: 100}, accepted(BrakeFileRecords, "A", 50, 100), true},
		{"old news", Measure{Brake: BrakeNewsAge, Now: 4}, nil, true},
		{"no limit", Measure{Brake: BrakeDelinquent, Now: 1 << 40}, nil, false},
	} {
		if got := len(l.verdict([]Measure{c.measure}, c.known)) > 0; got != c.braked {
			t.Errorf("%s: braked %t, want %t", c.name, got, c.braked)
		}
	}
}
