package rules_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

// The Federal Reserve Banks' own lists. A holiday on a Saturday (Independence Day 2026, Juneteenth and Christmas Day 2027, New
// Year's Day 2028) closes no Friday; one on a Sunday closes the Monday.
func TestFederalReserve(t *testing.T) {
	fed := &rules.BusinessDays{Kind: rules.FederalReserve}
	for year, want := range map[string][]string{
		"2026": {
			"01-01 New Year's Day", "01-19 Birthday of Martin Luther King, Jr.", "02-16 Washington's Birthday", "05-25 Memorial Day",
			"06-19 Juneteenth National Independence Day", "09-07 Labor Day", "10-12 Columbus Day", "11-11 Veterans Day",
			"11-26 Thanksgiving Day", "12-25 Christmas Day",
		},
		"2027": {
			"01-01 New Year's Day", "01-18 Birthday of Martin Luther King, Jr.", "02-15 Washington's Birthday", "05-31 Memorial Day",
			"07-05 Independence Day", "09-06 Labor Day", "10-11 Columbus Day", "11-11 Veterans Day", "11-25 Thanksgiving Day",
		},
		"2028": {
			"01-17 Birthday of Martin Luther King, Jr.", "02-21 Washington's Birthday", "05-29 Memorial Day",
			"06-19 Juneteenth National Independence Day", "07-04 Independence Day", "09-04 Labor Day", "10-09 Columbus Day",
			"11-23 Thanksgiving Day", "12-25 Christmas Day",
		},
		"2033": {
			"01-17 Birthday of Martin Luther King, Jr.", "02-21 Washington's Birthday", "05-30 Memorial Day",
			"06-20 Juneteenth National Independence Day", "07-04 Independence Day", "09-05 Labor Day", "10-10 Columbus Day",
			"11-11 Veterans Day", "11-24 Thanksgiving Day", "12-26 Christmas Day",
		},
	} {
		var got []string
		for d := day(year + "-01-01"); d <= day(year+"-12-31"); d++ {
			name, closed := fed.Closed(d)
			weekend := d.Time().Weekday() == 0 || d.Time().Weekday() == 6
			if weekend != !(&rules.BusinessDays{Kind: rules.Weekdays}).Has(d) {
				t.Fatalf("%s: weekend %v", d, weekend)
			}
			if closed && !weekend {
				got = append(got, d.String()[5:]+" "+name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", year, diff)
		}
	}
}

func TestBusinessDays(t *testing.T) {
	own := &rules.BusinessDays{Kind: rules.Weekdays, Own: map[rules.Date]rules.OwnDay{
		day("2026-11-27"): {Name: "Day after Thanksgiving"},
		day("2026-11-28"): {Open: true, Name: "Inventory"},
	}}
	var none *rules.BusinessDays
	for _, c := range []struct {
		name string
		days *rules.BusinessDays
		from string
		n    int
		want string
	}{
		{"no calendar counts every day", none, "2026-11-26", 3, "2026-11-29"},
		{"nothing to count", own, "2026-11-29", 0, "2026-11-29"},
		{"own days", own, "2026-11-26", 1, "2026-11-28"},
		{"own days and a weekend", own, "2026-11-26", 2, "2026-11-30"},
		{"from a closed day", own, "2026-11-29", 1, "2026-11-30"},
		{"a week", &rules.BusinessDays{Kind: rules.FederalReserve}, "2026-12-23", 5, "2026-12-31"},
		{"every day but one", &rules.BusinessDays{Kind: rules.EveryDay, Own: own.Own}, "2026-11-26", 2, "2026-11-29"},
	} {
		if got := c.days.After(day(c.from), c.n); got != day(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := own.Latest(day("2026-11-29")); got != day("2026-11-28") {
		t.Errorf("latest: %s", got)
	}
	closed := &rules.BusinessDays{Kind: rules.EveryDay, Own: map[rules.Date]rules.OwnDay{}}
	for d := day("2026-07-01"); d < day("2026-07-01")+31; d++ {
		closed.Own[d] = rules.OwnDay{Name: "Move"}
	}
	if err := closed.Check(); err != nil {
		t.Errorf("a month: %v", err)
	}
	closed.Own[day("2026-08-01")] = rules.OwnDay{Name: "Move"}
	if err := closed.Check(); !errors.Is(err, rules.ErrNeverOpen) {
		t.Errorf("longer: %v", err)
	}
	weekends := &rules.BusinessDays{Kind: rules.Weekdays, Own: map[rules.Date]rules.OwnDay{}}
	for d := day("2026-07-06"); d < day("2026-08-06"); d++ { // a Monday: the days before and between are closed as weekends
		if weekends.Has(d) {
			weekends.Own[d] = rules.OwnDay{Name: "Move"}
		}
	}
	if err := weekends.Check(); !errors.Is(err, rules.ErrNeverOpen) {
		t.Errorf("from a Monday on: %v", err)
	}
	delete(weekends.Own, day("2026-07-06"))
	delete(weekends.Own, day("2026-07-07"))
	if err := weekends.Check(); err != nil {
		t.Errorf("from a Wednesday on: %v", err)
	}
}

// Q17 with business days: 2027-01-31 is a Sunday, 2027-05-31 is Memorial Day.
func TestFileDates(t *testing.T) {
	calendar := func(policies map[string]rules.ClosedDayPolicy) *rules.BusinessCalendar {
		return &rules.BusinessCalendar{Days: &rules.BusinessDays{Kind: rules.FederalReserve}, Policies: policies}
	}
	for _, c := range []struct {
		name            string
		policies        map[string]rules.ClosedDayPolicy
		calendar        rules.Calendar
		previous, night string
		want            []rules.Date
	}{
		{"none: a Sunday", nil, "monthly:last", "2027-01-30", "2027-01-31", days("2027-01-31")},
		{"roll: a Sunday", map[string]rules.ClosedDayPolicy{"export": "roll"}, "monthly:last", "2027-01-30", "2027-01-31", nil},
		{"roll: the Monday after, as of the Sunday", map[string]rules.ClosedDayPolicy{"export": "roll"}, "monthly:last", "2027-01-31", "2027-02-01", days("2027-01-31")},
		{"roll: the Tuesday after", map[string]rules.ClosedDayPolicy{"export": "roll"}, "monthly:last", "2027-02-01", "2027-02-02", nil},
		{"roll: a holiday", map[string]rules.ClosedDayPolicy{"export": "roll"}, "monthly:last", "2027-05-31", "2027-06-01", days("2027-05-31")},
		{"roll of the program", map[string]rules.ClosedDayPolicy{"program:P": "roll"}, "monthly:last", "2027-01-30", "2027-01-31", nil},
		{"run of the program", map[string]rules.ClosedDayPolicy{"export": "roll", "program:P": "run"}, "monthly:last", "2027-01-30", "2027-01-31", days("2027-01-31")},
		{"of another program", map[string]rules.ClosedDayPolicy{"program:Q": "roll"}, "monthly:last", "2027-01-30", "2027-01-31", days("2027-01-31")},
		{"skip leaves no month out", map[string]rules.ClosedDayPolicy{"export": "skip"}, "monthly:last", "2027-01-31", "2027-02-01", days("2027-01-31")},
		{"skip leaves no cycle out", map[string]rules.ClosedDayPolicy{"export": "skip"}, "cycle", "2027-01-31", "2027-02-01", days("2027-01-30", "2027-01-31", "2027-02-01")},
		{"skip: daily, a Saturday", map[string]rules.ClosedDayPolicy{"export": "skip"}, "daily", "2027-01-29", "2027-01-30", nil},
		{"skip: daily, a Monday", map[string]rules.ClosedDayPolicy{"export": "skip"}, "daily", "2027-01-31", "2027-02-01", days("2027-02-01")},
		{"roll: daily, a Monday", map[string]rules.ClosedDayPolicy{"export": "roll"}, "daily", "2027-01-31", "2027-02-01", days("2027-01-30", "2027-01-31", "2027-02-01")},
		{"roll: nights of business days alone", map[string]rules.ClosedDayPolicy{"export": "roll", "night": "skip"}, "daily", "2027-01-29", "2027-02-01", days("2027-01-30", "2027-01-31", "2027-02-01")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := calendar(c.policies).FileDates(c.calendar, "P", 0, day(c.previous), day(c.night))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, c := range []struct {
		policy   rules.ClosedDayPolicy
		calendar rules.Calendar
		night    string
		want     []rules.Date
	}{
		{"run", "monthly:last", "2027-01-31", nil},
		{"roll", "monthly:last", "2027-01-31", days("2027-01-31")},
		{"roll", "monthly:last", "2027-02-01", nil},
		{"skip", "monthly:last", "2027-01-31", days("2027-01-31")},
		{"roll", "daily", "2027-01-31", days("2027-01-30", "2027-01-31")},
		{"skip", "daily", "2027-01-31", nil},
	} {
		got := calendar(map[string]rules.ClosedDayPolicy{"export": c.policy}).FilesWaiting(c.calendar, "P", 0, day(c.night))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s, %s: files that wait after %s (-want +got):\n%s", c.policy, c.calendar, c.night, diff)
		}
	}
	skips := calendar(map[string]rules.ClosedDayPolicy{"export": "skip"})
	if got := skips.FileBefore("daily", "P", day("2027-02-01")); got != day("2027-01-29") {
		t.Errorf("the period of a Monday begins after %s", got)
	}
	if got := skips.FileBefore("monthly:last", "P", day("2027-02-28")); got != day("2027-01-31") {
		t.Errorf("the period of February begins after %s", got)
	}
	var none *rules.BusinessCalendar
	if got := none.FileDates("daily", "P", 0, day("2027-01-29"), day("2027-01-30")); len(got) != 1 || !none.NeedsNight(day("2027-01-30")) {
		t.Errorf("without a calendar: %v", got)
	}
}

// Q53 with business days: a book whose nights have all been on closed days looks back from its very first night, as it would have without
// closed days. 2027-01-30 is a Saturday.
func TestFileDatesFirst(t *testing.T) {
	calendar := &rules.BusinessCalendar{
		Days:     &rules.BusinessDays{Kind: rules.FederalReserve, Own: map[rules.Date]rules.OwnDay{day("2027-01-29"): {Name: "Move"}}},
		Policies: map[string]rules.ClosedDayPolicy{"export": "roll"},
	}
	for _, c := range []struct {
		calendar rules.Calendar
		want     []rules.Date
	}{
		{"monthly:last", days("2027-01-31")},
		{"monthly:29", days("2027-01-29")}, // closed days just before the first night
		{"monthly:23", days("2027-01-23")}, // seven days before it
		{"monthly:22", nil},
		{"cycle", days("2027-01-23", "2027-01-24", "2027-01-25", "2027-01-26", "2027-01-27", "2027-01-28", "2027-01-29", "2027-01-30", "2027-01-31", "2027-02-01")},
		{"daily", days("2027-01-30", "2027-01-31", "2027-02-01")},
	} {
		first, sunday, monday := day("2027-01-30"), day("2027-01-31"), day("2027-02-01")
		if got := calendar.FileDates(c.calendar, "P", 0, 0, first); got != nil {
			t.Errorf("%s: the first night makes %v", c.calendar, got)
		}
		if diff := cmp.Diff(c.want, calendar.FileDates(c.calendar, "P", first, sunday, monday)); diff != "" {
			t.Errorf("%s: the first business day (-want +got):\n%s", c.calendar, diff)
		}
		var waiting []rules.Date
		for _, d := range c.want {
			if d <= sunday {
				waiting = append(waiting, d)
			}
		}
		if diff := cmp.Diff(waiting, calendar.FilesWaiting(c.calendar, "P", first, sunday)); diff != "" {
			t.Errorf("%s: files that wait (-want +got):\n%s", c.calendar, diff)
		}
		if got := calendar.FileDates(c.calendar, "P", first, monday, monday+1); c.calendar.Monthly() && got != nil {
			t.Errorf("%s: the second business day makes %v", c.calendar, got)
		}
	}
}

// What waits at a closed date waits until the next business day, and no longer.
func TestStillWait(t *testing.T) {
	calendar := &rules.BusinessCalendar{Days: &rules.BusinessDays{Kind: rules.FederalReserve}, Policies: map[string]rules.ClosedDayPolicy{"export": "roll"}}
	for d, want := range map[string]bool{"2027-01-30": true, "2027-01-31": true, "2027-02-01": false, "2027-02-06": false} {
		if got := calendar.StillWait(day("2027-01-30"), day(d)); got != want {
			t.Errorf("noted on a Saturday, closed up to %s: %t", d, got)
		}
	}
	var none *rules.BusinessCalendar
	if none.StillWait(day("2027-01-30"), day("2027-01-31")) || none.FilesRest("P", day("2027-01-30")) {
		t.Error("without a calendar files wait")
	}
	if !calendar.FilesRest("P", day("2027-01-30")) || calendar.FilesRest("P", day("2027-02-01")) {
		t.Error("files rest on closed days, and on no other")
	}
}

// DQ1 and PO6 with business days: five of them after Monday 2026-11-23 end on Tuesday 2026-12-01 (Thanksgiving Day, a weekend).
func TestCountInBusinessDays(t *testing.T) {
	fed := &rules.BusinessDays{Kind: rules.FederalReserve}
	loan := func(count *rules.BusinessDays) *rules.Loan {
		l := &rules.Loan{
			State: rules.State{Status: rules.Active, Since: day("2026-01-01")}, OpenedOn: day("2026-01-01"), HasCycles: true,
			Product: rules.Product{DelinquentAfter: 1, GraceDays: 5, PayoffHoldDays: 5, ClosesOnPayoff: true, CountIn: count},
			Ledger: rules.Ledger{
				Entries: []rules.Entry{{Kind: rules.Origination, Amount: 100_00, Effective: day("2026-01-01")}},
				Dues:    []rules.Due{{No: 1, DueOn: day("2026-11-23"), MinimumDue: 10_00}},
			},
			LastDueOn: day("2026-11-23"),
		}
		l.Product = l.Product.WithDefaults()
		return l
	}
	first := func(l *rules.Loan, moves func(d rules.Date) bool) rules.Date {
		for d := day("2026-11-23"); d < day("2026-12-31"); d++ {
			if moves(d) {
				return d
			}
		}
		return 0
	}
	for _, c := range []struct {
		name string
		days *rules.BusinessDays
		want string
	}{{"calendar days", nil, "2026-11-28"}, {"business days", fed, "2026-12-01"}} {
		late := loan(c.days)
		if got := first(late, func(d rules.Date) bool { _, moved, _ := rules.Delinquency(late, d); return moved }); got != day(c.want) {
			t.Errorf("delinquent, %s: %s, want %s", c.name, got, c.want)
		}
		if got := rules.NextLook(late, late.Ledger, day("2026-11-24")); got != day(c.want) {
			t.Errorf("next look, %s: %s, want %s", c.name, got, c.want)
		}
		paid := loan(c.days)
		paid.Ledger.Entries = append(paid.Ledger.Entries, rules.Entry{Kind: rules.Payment, Amount: 100_00, Effective: day("2026-11-23")})
		if got := first(paid, func(d rules.Date) bool { moves, _ := rules.ClosureBetween(paid, d-1, d); return len(moves) > 0 }); got != day(c.want) {
			t.Errorf("paid off, %s: %s, want %s", c.name, got, c.want)
		}
		if got := rules.NextLook(paid, paid.Ledger, day("2026-11-24")); got > day(c.want) {
			t.Errorf("next look of one paid off, %s: %s, want %s", c.name, got, c.want)
		}
	}
}
