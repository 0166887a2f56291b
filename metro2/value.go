package metro2

// Form says how a file writes its numbers and how long its records are. The
// two forms are never mixed inside one file.
type Form uint8

const (
	// Character is the form in use today: 426-byte records, every number as
	// digit characters.
	Character Form = iota
	// Packed is the form of mainframe tapes: 366-byte records, the numbers of
	// base segment and trailer as IBM packed decimal (COMP-3), a block
	// descriptor word in front of each record.
	Packed
)

// String returns "character" or "packed".
func (f Form) String() string {
	if f == Packed {
		return "packed"
	}
	return "character"
}

// Date is a calendar date written as the number YYYYMMDD. Zero means absent:
// the field is filled with zeros.
type Date int32

// Year returns the four-digit year.
func (d Date) Year() int { return int(d) / 10000 }

// Month returns the month, 1 to 12.
func (d Date) Month() int { return int(d) / 100 % 100 }

// Day returns the day of the month, 1 to 31.
func (d Date) Day() int { return int(d) % 100 }

// Valid reports whether d is a real calendar date of the years 1900 to 2099,
// the range that the format accepts. An absent date is not valid.
func (d Date) Valid() bool {
	year, monthDay := uint32(d)/10000, uint32(d)%10000
	return isDate(year, monthDay/100, monthDay%100)
}

func isDate(year, month, day uint32) bool {
	if year-1900 > 199 || month-1 > 11 || day-1 > 30 {
		return false
	}
	return day <= uint32(monthLengths[month]) || day == 29 && isLeap(year)
}

// monthLengths are those of a common year, January at 1.
var monthLengths = [...]uint8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func isLeap(year uint32) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// String returns the date as YYYY-MM-DD, or "" when it is absent.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	out := []byte("0000-00-00")
	putDigits(out[0:4], uint64(max(d, 0)/10000))
	putDigits(out[5:7], uint64(max(d, 0)/100%100))
	putDigits(out[8:10], uint64(max(d, 0)%100))
	return string(out)
}

// dayNumber counts days so that two valid dates can be subtracted. The year is
// taken to begin in March, which puts the leap day at its end.
func (d Date) dayNumber() int {
	year, month, day := d.Year(), d.Month(), d.Day()
	if month < 3 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day
}

// digits returns the date as the format writes it, the number MMDDYYYY.
func (d Date) digits() uint64 { return uint64(d%10000)*10000 + uint64(d/10000) }

// dateOfDigits is the reverse of digits.
func dateOfDigits(v uint32) Date { return Date(v%10000*10000 + v/10000) }

// addYears returns the same day n years later; 29 February becomes 1 March in
// a year that has none.
func (d Date) addYears(n int) Date {
	later := d + Date(n*10000)
	if !later.Valid() && d.Valid() && d.Month() == 2 && d.Day() == 29 {
		return Date((d.Year()+n)*10000 + 301)
	}
	return later
}

// Timestamp is a moment written as the number YYYYMMDDHHMMSS, 24-hour clock,
// no zone. Zero means absent.
type Timestamp int64

// Date returns the calendar date of the time stamp.
func (t Timestamp) Date() Date { return Date(t / 1000000) }

// Valid reports whether t is a real date (see [Date.Valid]) with a time from
// 000000 to 235959.
func (t Timestamp) Valid() bool {
	if t < 0 || t > 99999999999999 {
		return false
	}
	clock := t % 1000000
	return t.Date().Valid() && clock/10000 < 24 && clock/100%100 < 60 && clock%100 < 60
}

// String returns the time stamp as YYYY-MM-DD HH:MM:SS, or "" when it is absent.
func (t Timestamp) String() string {
	if t == 0 {
		return ""
	}
	clock := uint64(max(t, 0) % 1000000)
	out := []byte(t.Date().String() + " 00:00:00")
	tail := out[len(out)-8:]
	putDigits(tail[0:2], clock/10000)
	putDigits(tail[3:5], clock/100%100)
	putDigits(tail[6:8], clock%100)
	return string(out)
}

// Dollars is an amount of whole dollars, never negative. The caller cuts the
// cents off (toward zero); a credit balance is reported as 0.
type Dollars int64

// digits returns the time stamp as the format writes it, MMDDYYYYHHMMSS.
func (t Timestamp) digits() uint64 { return t.Date().digits()*1000000 + uint64(t%1000000) }

// timestampOfDigits is the reverse of digits.
func timestampOfDigits(v uint64) Timestamp {
	return Timestamp(dateOfDigits(uint32(v/1000000)))*1000000 + Timestamp(v%1000000)
}

// MaxDollars is what a nine-digit amount field can hold, and what the guide
// asks for when the true amount is larger.
const MaxDollars Dollars = 999_999_999

// Number is the content of an unsigned number field: a Social Security Number,
// a telephone number, a counter, a numeric code. Zero is the empty fill.
type Number int64

// nineFilled is an SSN field without a number in it, the other way than zeros.
const nineFilled Number = 999_999_999
