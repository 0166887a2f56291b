package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// BusinessDays are the days on which a lender works; the others are closed. A nil *BusinessDays has every day. It is not the
// same as a business date, which is the date of a night.
type BusinessDays struct {
	Kind BusinessDayKind
	Own  map[Date]OwnDay // days that differ from the kind
}

// BusinessDayKind says which days are closed but for a lender's own days.
type BusinessDayKind string

// The kinds of business days.
const (
	EveryDay       BusinessDayKind = "every-day"       // no day is closed
	Weekdays       BusinessDayKind = "weekdays"        // Saturdays and Sundays are closed
	FederalReserve BusinessDayKind = "federal-reserve" // and the holidays of the Federal Reserve Banks
)

// BusinessDayKinds lists the kinds.
func BusinessDayKinds() []BusinessDayKind {
	return []BusinessDayKind{EveryDay, Weekdays, FederalReserve}
}

// OwnDay is a day that a lender closes, or opens although it would be closed.
type OwnDay struct {
	Open bool   `json:"open"`
	Name string `json:"name"`
}

// longestClosing is how many days in a row may be closed: what waits for a business day does not wait for ever.
const longestClosing = 31

// ErrNeverOpen is the error of business days that leave more days in a row closed than any lender is.
var ErrNeverOpen = errors.New("too many days in a row are closed")

// Check returns ErrNeverOpen if own days, with the closed ones around them, close too long a time.
func (b *BusinessDays) Check() error {
	for _, d := range slices.Sorted(maps.Keys(b.Own)) {
		first := d
		for first > d-longestClosing && !b.Has(first-1) {
			first--
		}
		for last := first; !b.Has(last); last++ {
			if last-first >= longestClosing {
				return fmt.Errorf("%w: from %s on there is no business day in %d days", ErrNeverOpen, first, longestClosing)
			}
		}
	}
	return nil
}

// Closed reports whether a day is closed, and by which name.
func (b *BusinessDays) Closed(d Date) (name string, closed bool) {
	if b == nil || b.Kind == EveryDay && len(b.Own) == 0 {
		return "", false
	}
	if own, is := b.Own[d]; is {
		return own.Name, !own.Open
	}
	if b.Kind == EveryDay {
		return "", false
	}
	if b.Kind == FederalReserve {
		if name := federalHoliday(d); name != "" {
			return name, true
		}
	}
	if day := d.weekday(); day == time.Saturday || day == time.Sunday {
		return day.String(), true
	}
	return "", false
}

// Has reports whether d is a business day.
func (b *BusinessDays) Has(d Date) bool {
	_, closed := b.Closed(d)
	return !closed
}

// After returns the nth business day after d, and d for n = 0. A nil b counts calendar days.
func (b *BusinessDays) After(d Date, n int) Date {
	if b == nil {
		return d + Date(n)
	}
	for ; n > 0; n-- {
		for d++; !b.Has(d); d++ {
		}
	}
	return d
}

// Latest returns the last business day up to d.
func (b *BusinessDays) Latest(d Date) Date {
	for !b.Has(d) {
		d--
	}
	return d
}

// weekday returns the day of the week of d: 0001-01-01 was a Monday.
func (d Date) weekday() time.Weekday { return time.Weekday(floorMod(int(d), 7)) }

// federalHoliday names the holiday on which the Federal Reserve Banks are closed on d, "" if it is none. A holiday on a
// Sunday is observed on the Monday after it; on one that falls on a Saturday the banks are open the Friday before.
func federalHoliday(d Date) string {
	if name := heldOn(d); name != "" || d.weekday() != time.Monday {
		return name
	}
	return heldOn(d - 1)
}

// heldOn names the federal holiday of the calendar day d.
func heldOn(d Date) string {
	year, month, day := d.civil()
	week := (day + 6) / 7 // which of its weekday in the month
	last := day+7 > d.MonthEnd().Time().Day()
	switch weekday := d.weekday(); {
	case month == 1 && day == 1:
		return "New Year's Day"
	case month == 1 && weekday == time.Monday && week == 3 && year >= 1986:
		return "Birthday of Martin Luther King, Jr."
	case month == 2 && weekday == time.Monday && week == 3:
		return "Washington's Birthday"
	case month == 5 && weekday == time.Monday && last:
		return "Memorial Day"
	case month == 6 && day == 19 && year >= 2022:
		return "Juneteenth National Independence Day"
	case month == 7 && day == 4:
		return "Independence Day"
	case month == 9 && weekday == time.Monday && week == 1:
		return "Labor Day"
	case month == 10 && weekday == time.Monday && week == 2:
		return "Columbus Day"
	case month == 11 && day == 11:
		return "Veterans Day"
	case month == 11 && weekday == time.Thursday && week == 4:
		return "Thanksgiving Day"
	case month == 12 && day == 25:
		return "Christmas Day"
	}
	return ""
}
