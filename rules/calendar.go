package rules

import (
	"strconv"
	"strings"
)

// firstLookBack bounds how far before the very first night a calendar date may lie to be exported by it:
// a month-end on a weekend is still ours, a month-end of weeks ago was the furnisher's before us.
const firstLookBack = 7

// Calendar is a program's reporting calendar: monthly:last, monthly:DD, cycle or daily (BR1).
type Calendar string

// Dates returns the calendar dates whose export night d makes (Q17): those after the night before it and
// up to d, oldest first. previous 0 is the very first night. For a cycle calendar every day is a
// candidate; the loans whose cycle ends on it are what it reports.
func (c Calendar) Dates(previous, d Date) []Date {
	if previous == 0 {
		previous = d - firstLookBack - 1
		if !c.monthly() {
			previous = d - 1
		}
	}
	var dates []Date
	for day := previous + 1; day <= d; day++ {
		if !c.monthly() || day == c.inMonth(day) {
			dates = append(dates, day)
		}
	}
	return dates
}

// Before returns the start of the reporting period that ends on calendar date d, exclusive: the calendar
// date before it, or for a cycle the same day of the month before.
func (c Calendar) Before(d Date) Date {
	switch {
	case c == "daily":
		return d - 1
	case c.monthly():
		return c.inMonth(d.monthBefore())
	default:
		return d.AddMonths(-1)
	}
}

// ByCycle reports whether each export takes only the loans whose billing cycle ends on its date.
func (c Calendar) ByCycle() bool { return c == "cycle" }

func (c Calendar) monthly() bool { return strings.HasPrefix(string(c), "monthly:") }

// inMonth returns the calendar date of d's month: its last day, or day DD as far as the month has one.
func (c Calendar) inMonth(d Date) Date {
	end := d.MonthEnd()
	day, err := strconv.Atoi(strings.TrimPrefix(string(c), "monthly:"))
	if err != nil {
		return end
	}
	return min(end, end.monthBefore()+Date(day))
}
