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

// NewDate returns the Date of a year, month and day as time.Date would normalise them.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400 + unixDay1)
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
	return d.Time().AppendFormat(dst, time.DateOnly)
}

// YMD returns d as the number YYYYMMDD, 0 when absent.
func (d Date) YMD() int {
	if d == 0 {
		return 0
	}
	y, m, day := d.Time().Date()
	return y*10000 + int(m)*100 + day
}

// AddMonths returns the same day of the month n months later, or that month's last day if it is shorter.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Time().Date()
	return min(NewDate(y, m+time.Month(n), day), NewDate(y, m+time.Month(n)+1, 0))
}

// MonthEnd returns the last day of d's month.
func (d Date) MonthEnd() Date {
	y, m, _ := d.Time().Date()
	return NewDate(y, m+1, 0)
}

// MonthIndex counts calendar months: two dates of one month have the same index.
func (d Date) MonthIndex() int {
	y, m, _ := d.Time().Date()
	return y*12 + int(m) - 1
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
