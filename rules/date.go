package rules

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a calendar day, counted from 0001-01-01 as day 1. The zero Date is "absent".
type Date int32

// unixDay1 is the Date of 1970-01-01.
const unixDay1 = 719163

// The calendar repeats after 400 years. It is counted from a first of March, so that a leap day is the last day of a year:
// marchDays is 0001-01-01 less 0000-03-01, plus the day that Date counts from.
const (
	daysOf400Years = 146_097
	marchDays      = 305
)

// NewDate returns the Date of a year, month and day as time.Date would normalise them.
func NewDate(year int, month time.Month, day int) Date {
	months := year*12 + int(month) - 3 // since March of year 0
	year, march := floorDiv(months, 12), floorMod(months, 12)
	days := 365*year + floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400) + (153*march+2)/5
	return Date(days + day - 1 - marchDays)
}

// civil returns the year, month and day of d.
func (d Date) civil() (year, month, day int) {
	days := int(d) + marchDays
	era, of400 := floorDiv(days, daysOf400Years), floorMod(days, daysOf400Years)
	of400Years := (of400 - of400/1460 + of400/36_524 - of400/146_096) / 365
	ofYear := of400 - (365*of400Years + of400Years/4 - of400Years/100)
	march := (5*ofYear + 2) / 153
	year, month, day = era*400+of400Years, march+3, ofYear-(153*march+2)/5+1
	if month > 12 {
		return year + 1, month - 12, day
	}
	return year, month, day
}

func floorDiv(a, b int) int { return (a - floorMod(a, b)) / b }

func floorMod(a, b int) int {
	if a %= b; a < 0 {
		return a + b
	}
	return a
}

// ParseDate reads YYYY-MM-DD of the years 1900 to 2099.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2099 {
		return 0, fmt.Errorf("not a date YYYY-MM-DD of the years 1900 to 2099")
	}
	return DateOf(t), nil
}

// DateOf returns the calendar day of t in t's own location.
func DateOf(t time.Time) Date { return NewDate(t.Date()) }

// Time returns midnight UTC of d.
func (d Date) Time() time.Time { return time.Unix((int64(d)-unixDay1)*86400, 0).UTC() }

// String formats d as YYYY-MM-DD, and the absent date as the empty string.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return string(d.append(nil))
}

// append appends d as String formats it.
func (d Date) append(dst []byte) []byte {
	if d == 0 {
		return dst
	}
	year, month, day := d.civil()
	if year < 0 || year > 9999 {
		return d.Time().AppendFormat(dst, time.DateOnly)
	}
	return append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// YMD returns d as the number YYYYMMDD, 0 when absent.
func (d Date) YMD() int {
	if d == 0 {
		return 0
	}
	year, month, day := d.civil()
	return year*10000 + month*100 + day
}

// AddMonths returns the same day of the month n months later, or that month's last day if it is shorter.
func (d Date) AddMonths(n int) Date {
	year, month, day := d.civil()
	then := time.Month(month + n)
	return min(NewDate(year, then, day), NewDate(year, then+1, 0))
}

// monthBefore returns the last day of the month before d's.
func (d Date) monthBefore() Date {
	_, _, day := d.civil()
	return d - Date(day)
}

// MonthEnd returns the last day of d's month.
func (d Date) MonthEnd() Date {
	year, month, _ := d.civil()
	return NewDate(year, time.Month(month+1), 0)
}

// MonthIndex counts calendar months: two dates of one month have the same index.
func (d Date) MonthIndex() int {
	year, month, _ := d.civil()
	return year*12 + month - 1
}

// MarshalText makes d a JSON string YYYY-MM-DD, empty when absent.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// Scan reads a database date, or an integer that counts days as Date does; NULL is the absent date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
	case time.Time:
		*d = DateOf(v)
	case int64:
		*d = Date(v)
	default:
		return fmt.Errorf("scan %T into a date", src)
	}
	return nil
}

// Value passes d as YYYY-MM-DD text, so that no time zone can move it; the absent date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}
