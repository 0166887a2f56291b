package rules

import (
	"fmt"
	"strings"
	"testing"
)

// TestViolations: V1 to V28, each with what a person needs, and each that looks at an account with its own review.
func TestViolations(t *testing.T) {
	t.Parallel()
	if got := len(Violations()); got != 28 {
		t.Fatalf("%d rules, want 28", got)
	}
	for i, v := range Violations() {
		if want := fmt.Sprintf("V%d", i+1); v.ID != want || ViolationByID(want) == nil {
			t.Errorf("rule %d is %s, want %s", i, v.ID, want)
		}
		if v.Harm != Grave && v.Harm != Serious && v.Harm != Slight || !strings.HasSuffix(v.Sentence, ".") || v.Source == "" || v.Do == "" {
			t.Errorf("%s lacks something: %+v", v.ID, v)
		}
	}
	for _, r := range reviews {
		if ViolationByID(r.rule) == nil {
			t.Errorf("%s is reviewed and is no rule", r.rule)
		}
	}
	if ViolationByID("V29") != nil {
		t.Error("V29 is found")
	}
}

// TestDrift: what is within the limits is no drift, and neither is what concerns few records; the first file has nothing to swing from.
func TestDrift(t *testing.T) {
	t.Parallel()
	file := func(change func(*FileProfile)) *FileProfile {
		p := NewFileProfile(1, NewDate(2026, 9, 30))
		p.Records, p.Balance, p.PastDue = 1000, 5_000_000, 50_000
		p.Statuses = map[string]int64{"11": 900, "71": 80, "97": 20}
		p.Filled = map[string]int64{"amount_past_due": 100, "date_last_payment": 950}
		p.Moves = map[string]int64{"11>11": 860, "11>71": 40, "71>71": 80, "97>97": 20}
		if change != nil {
			change(p)
		}
		return p
	}
	last := []*FileProfile{file(nil), file(nil)}
	for _, c := range []struct {
		name   string
		change func(*FileProfile)
		last   []*FileProfile
		want   string
	}{
		{"the same", nil, last, ""},
		{"the first file", func(p *FileProfile) { p.Records = 1 }, nil, ""},
		{"more records, at the limit", func(p *FileProfile) {
			p.Records, p.Balance, p.PastDue = 1200, 6_000_000, 60_000
			p.Statuses = map[string]int64{"11": 1080, "71": 96, "97": 24}
			p.Filled = map[string]int64{"amount_past_due": 120, "date_last_payment": 1140}
		}, last, ""},
		{"more records", func(p *FileProfile) {
			p.Records, p.Balance, p.PastDue = 1250, 6_250_000, 62_500
			p.Statuses = map[string]int64{"11": 1125, "71": 100, "97": 25}
			p.Filled = map[string]int64{"amount_past_due": 125, "date_last_payment": 1187}
		}, last, "records"},
		{"balance", func(p *FileProfile) { p.Balance = 6_100_000 }, last, "balance"},
		{"past due", func(p *FileProfile) { p.PastDue = 20_000 }, last, "amount_past_due"},
		{"past due of few", func(p *FileProfile) { p.PastDue = 20_000; p.Filled["amount_past_due"] = 39 }, last, ""},
		{"a status", func(p *FileProfile) { p.Statuses["11"], p.Statuses["71"] = 840, 140 }, last, "status 11 status 71"},
		{"a field", func(p *FileProfile) { p.Filled["date_last_payment"] = 700 }, last, "filled date_last_payment"},
		{"a move", func(p *FileProfile) { p.Moves["11>11"], p.Moves["11>71"] = 800, 100 }, last, "move 11>11 move 11>71"},
		{"a small file", func(p *FileProfile) { *p = *NewFileProfile(2, 0); p.Records = 30; p.Statuses["71"] = 30 }, []*FileProfile{{Records: 30, Statuses: map[string]int64{"11": 30}}}, ""},
	} {
		var about []string
		for _, v := range Drift(file(c.change), c.last, DefaultDriftLimits()) {
			about = append(about, v.About)
		}
		if got := strings.Join(about, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestDriftLimits: limits by name; off finds nothing.
func TestDriftLimits(t *testing.T) {
	t.Parallel()
	for setting, wrong := range map[string]string{
		"status=8": "", "moves=7.5%": "", "least=100": "", "records=30": "", "balance=30": "", "past-due=80": "", "filled=20": "", "off": "",
		"status": "NAME=NUMBER", "status=x": "NAME=NUMBER", "status=-1": "NAME=NUMBER", "status=NaN": "NAME=NUMBER", "size=1": "no limit of drift",
	} {
		limits := DefaultDriftLimits()
		err := limits.Set(setting)
		if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %q", setting, err, wrong)
		}
		if wrong == "" && limits == DefaultDriftLimits() {
			t.Errorf("%s sets nothing", setting)
		}
	}
}
