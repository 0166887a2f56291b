package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/furnisher/furnisher/rules"
)

func days(literals ...string) []rules.Date {
	var dates []rules.Date
	for _, s := range literals {
		dates = append(dates, day(s))
	}
	return dates
}

// Q17: an export of calendar date C is made by the first night whose business date is on or after C.
func TestCalendarDates(t *testing.T) {
	for _, c := range []struct {
		name            string
		calendar        rules.Calendar
		previous, night string
		want            []rules.Date
	}{
		{"the night before month end", "monthly:last", "2026-01-29", "2026-01-30", nil},
		{"month end", "monthly:last", "2026-01-30", "2026-01-31", days("2026-01-31")},
		{"the night after month end", "monthly:last", "2026-01-31", "2026-02-01", nil},
		{"month end was a weekend", "monthly:last", "2026-01-30", "2026-02-02", days("2026-01-31")},
		{"two month ends were missed", "monthly:last", "2026-01-30", "2026-03-01", days("2026-01-31", "2026-02-28")},
		{"leap day", "monthly:last", "2028-02-28", "2028-02-29", days("2028-02-29")},
		{"a common year", "monthly:last", "2027-02-27", "2027-02-28", days("2027-02-28")},
		{"30 days", "monthly:last", "2026-04-29", "2026-04-30", days("2026-04-30")},
		{"day 31 in a month of 31", "monthly:31", "2026-03-29", "2026-03-31", days("2026-03-31")},
		{"day 31 in a month of 30 is its last", "monthly:31", "2026-04-28", "2026-04-30", days("2026-04-30")},
		{"day 30 in February", "monthly:30", "2026-02-27", "2026-02-28", days("2026-02-28")},
		{"day 29 in a leap February", "monthly:29", "2028-02-28", "2028-02-29", days("2028-02-29")},
		{"day 29 in a common February", "monthly:29", "2026-02-27", "2026-02-28", days("2026-02-28")},
		{"day 29 in March is not the last", "monthly:29", "2026-03-28", "2026-03-31", days("2026-03-29")},
		{"day 15, the night before", "monthly:15", "2026-03-13", "2026-03-14", nil},
		{"day 15", "monthly:15", "2026-03-14", "2026-03-15", days("2026-03-15")},
		{"day 15, the night after", "monthly:15", "2026-03-15", "2026-03-16", nil},
		{"day 01", "monthly:01", "2026-02-28", "2026-03-01", days("2026-03-01")},
		{"over the new year", "monthly:last", "2025-12-30", "2026-01-02", days("2025-12-31")},
		{"daily", "daily", "2026-03-14", "2026-03-15", days("2026-03-15")},
		{"daily after a missed night", "daily", "2026-02-27", "2026-03-01", days("2026-02-28", "2026-03-01")},
		{"cycle: every day is a candidate", "cycle", "2026-02-27", "2026-03-01", days("2026-02-28", "2026-03-01")},
		{"the same night again", "daily", "2026-03-15", "2026-03-15", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.calendar.Dates(day(c.previous), day(c.night))); diff != "" {
				t.Errorf("dates (-want +got):\n%s", diff)
			}
		})
	}
}

// The very first night exports what its own date makes due, or a date of a few days before, but not a
// month end of weeks ago.
func TestCalendarFirstNight(t *testing.T) {
	for _, c := range []struct {
		calendar rules.Calendar
		night    string
		want     []rules.Date
	}{
		{"monthly:last", "2026-01-31", days("2026-01-31")},
		{"monthly:last", "2026-02-02", days("2026-01-31")},
		{"monthly:last", "2026-02-20", nil},
		{"daily", "2026-02-20", days("2026-02-20")},
		{"cycle", "2026-02-20", days( // Q53
			"2026-02-13", "2026-02-14", "2026-02-15", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20",
		)},
	} {
		if diff := cmp.Diff(c.want, c.calendar.Dates(0, day(c.night))); diff != "" {
			t.Errorf("%s, first night %s (-want +got):\n%s", c.calendar, c.night, diff)
		}
	}
}

// Every calendar date is made once, whichever nights ran: the dates of nights in a row are those of one
// late night.
func TestCalendarEachDateOnce(t *testing.T) {
	for _, calendar := range []rules.Calendar{"monthly:last", "monthly:31", "monthly:29", "monthly:15", "cycle", "daily"} {
		first, last := day("2027-12-15"), day("2029-03-15")
		var got []rules.Date
		previous := first
		for step := rules.Date(1); previous < last; step = step%11 + 1 {
			night := min(previous+step, last)
			got = append(got, calendar.Dates(previous, night)...)
			previous = night
		}
		if diff := cmp.Diff(calendar.Dates(first, last), got); diff != "" {
			t.Errorf("%s (-one night +many nights):\n%s", calendar, diff)
		}
		if calendar.ByCycle() != (calendar == "cycle") {
			t.Errorf("%s by cycle: got %t", calendar, calendar.ByCycle())
		}
	}
}

// Q23: the reporting period begins after the calendar date before.
func TestCalendarBefore(t *testing.T) {
	for _, c := range []struct {
		calendar rules.Calendar
		on, want string
	}{
		{"monthly:last", "2026-03-31", "2026-02-28"},
		{"monthly:last", "2028-03-31", "2028-02-29"},
		{"monthly:last", "2026-01-31", "2025-12-31"},
		{"monthly:31", "2026-04-30", "2026-03-31"},
		{"monthly:31", "2026-05-31", "2026-04-30"},
		{"monthly:30", "2026-02-28", "2026-01-30"},
		{"monthly:30", "2026-03-30", "2026-02-28"},
		{"monthly:15", "2026-03-15", "2026-02-15"},
		{"monthly:01", "2026-01-01", "2025-12-01"},
		{"daily", "2026-03-01", "2026-02-28"},
		{"cycle", "2026-03-15", "2026-02-15"},
		{"cycle", "2026-03-31", "2026-02-28"},
	} {
		if got := c.calendar.Before(day(c.on)); got != day(c.want) {
			t.Errorf("%s before %s: got %s, want %s", c.calendar, c.on, got, c.want)
		}
	}
}

// Q53: the days of the month whose turn comes on a date, cut to the month's length.
func TestCycleDays(t *testing.T) {
	for date, want := range map[string][]int{
		"2026-03-15": {15}, "2026-04-30": {30, 31}, "2026-03-30": {30}, "2026-03-31": {31}, "2026-02-28": {28, 29, 30, 31},
		"2028-02-28": {28}, "2028-02-29": {29, 30, 31},
	} {
		if diff := cmp.Diff(want, rules.CycleDays(day(date))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", date, diff)
		}
	}
}
