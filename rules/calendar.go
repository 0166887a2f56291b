package rules

import (
	"strconv"
	"strings"
)

// firstLookBack is how many days before the very first night a calendar date may lie to be exported by it (Q53). A month-end
// on the weekend before is ours; the lender furnished one of weeks ago.
const firstLookBack = 7

// Calendar is a program's reporting calendar: monthly:last, monthly:DD, cycle or daily (BR1).
type Calendar string

// Dates returns the calendar dates that night d exports (Q17): those after the previous night and up to d, oldest first.
// previous is 0 for the very first night. A cycle calendar has every day; the file of a day holds the loans whose cycle ends
// on it.
func (c Calendar) Dates(previous, d Date) []Date {
	if previous == 0 {
		previous = c.beforeFirst(d)
	}
	var dates []Date
	for day := previous + 1; day <= d; day++ {
		if !c.Monthly() || day == c.inMonth(day) {
			dates = append(dates, day)
		}
	}
	return dates
}

// beforeFirst returns the last calendar date that the very first night does not export: it looks back a few days, but for daily files.
func (c Calendar) beforeFirst(night Date) Date {
	if c == "daily" {
		return night - 1
	}
	return night - firstLookBack - 1
}

// Before returns the day before the reporting period that ends on calendar date d: the previous calendar date, or for a cycle
// the same day of the previous month.
func (c Calendar) Before(d Date) Date {
	switch {
	case c == "daily":
		return d - 1
	case c.Monthly():
		return c.inMonth(d.monthBefore())
	default:
		return d.AddMonths(-1)
	}
}

// CycleDays returns the days of the month whose turn comes on d for accounts without a further cycle: each is due on the day
// of the month on which its last cycle ended, cut to the month's length (Q53).
func CycleDays(d Date) []int {
	day := d.Time().Day()
	days := []int{day}
	if d == d.MonthEnd() {
		for day < 31 {
			day++
			days = append(days, day)
		}
	}
	return days
}

// ByCycle reports whether each export takes only the loans whose billing cycle ends on its date.
func (c Calendar) ByCycle() bool { return c == "cycle" }

// Monthly reports whether the calendar has one date a month.
func (c Calendar) Monthly() bool { return strings.HasPrefix(string(c), "monthly:") }

// inMonth returns the calendar date of d's month: day DD, or its last day.
func (c Calendar) inMonth(d Date) Date {
	end := d.MonthEnd()
	day, err := strconv.Atoi(strings.TrimPrefix(string(c), "monthly:"))
	if err != nil {
		return end
	}
	return min(end, end.monthBefore()+Date(day))
}
