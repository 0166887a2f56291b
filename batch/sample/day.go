package sample

import (
	"fmt"
	"time"

	"github.com/furnisher/furnisher/metro2"
)

// day is a day, counted from 1970-01-01.
type day int

func dayOf(t time.Time) day { return day(t.Unix() / 86400) }

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// record is the day as a record has it.
func (d day) record() metro2.Date {
	t := d.time()
	return metro2.Date(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// month counts months, so that differences tell how many lie between.
func (d day) month() int {
	t := d.time()
	return 12*t.Year() + int(t.Month())
}

// endOfMonthBefore is the last day of the month before that of d.
func (d day) endOfMonthBefore() day { return d - day(d.time().Day()) }

// addMonths is the same day of a later month, or the last day of that one if it is shorter.
func (d day) addMonths(n int) day {
	t := d.time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dayOf(first) + day(min(t.Day(), last)-1)
}

// or is the day of a pointer, or another one if it is absent.
func or(d *day, other day) day {
	if d == nil {
		return other
	}
	return *d
}

// recordOf is an absent or a present day as a record has it.
func recordOf(d *day) metro2.Date {
	if d == nil {
		return 0
	}
	return d.record()
}

// date is a date of the database.
type date time.Time

func (d *date) Scan(src any) error {
	t, ok := src.(time.Time)
	if !ok {
		return fmt.Errorf("%T is no date", src)
	}
	*d = date(t)
	return nil
}

// Time returns the date as the database takes it.
func (d date) Time() time.Time { return time.Time(d) }

func (d date) day() day { return dayOf(time.Time(d)) }

// String returns YYYY-MM-DD.
func (d date) String() string { return time.Time(d).Format(time.DateOnly) }

// MarshalText writes YYYY-MM-DD.
func (d date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	*d = date(t)
	return err
}
