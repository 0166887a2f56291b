package intake

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// Limits of one value, in characters.
const (
	maxKey  = 64
	maxText = 200
)

// A kind is a type of value: how it is staged and how its text is read.
type kind struct {
	sql   string // type of the staging column
	limit int    // characters
	// parse gives the staged text of a value that is not empty, valid UTF-8, free of control characters
	// and within the limit; or the reason why it is none. It may return raw or text appended to the row's
	// scratch memory, and keeps nothing.
	parse func(r *row, raw []byte) (value []byte, reason string)
	words string   // what a value is, for the lender
	codes []string // the legal values, if they are a closed set
}

// kinds without a parameter.
var (
	keyKind            = kind{sql: "text", limit: maxKey, parse: parseText, words: "key of up to 64 characters"}
	textKind           = kind{sql: "text", limit: maxText, parse: parseText, words: "text of up to 200 characters"}
	dateKind           = kind{sql: "date", limit: maxText, parse: parseDate, words: "date YYYY-MM-DD"}
	timeKind           = kind{sql: "timestamptz", limit: maxText, parse: parseTime, words: "time, RFC 3339"}
	centsKind          = kind{sql: "bigint", limit: maxText, parse: parseCents, words: "amount with at most two decimals"}
	signedKind         = kind{sql: "bigint", limit: maxText, parse: parseSignedCents, words: "amount with at most two decimals, signed for an ADJUSTMENT"}
	boolKind           = kind{sql: "boolean", limit: maxText, parse: parseBool, words: "true or false"}
	hashKind           = kind{sql: "bytea"}
	ssnKind            = kind{sql: "text", limit: maxText, parse: parseSSN, words: "nine digits"}
	phoneKind          = kind{sql: "text", limit: maxText, parse: parsePhone, words: "ten digits"}
	postalKind         = kind{sql: "text", limit: maxText, parse: parsePostalCode, words: "five or nine digits"}
	stateKind          = kind{sql: "text", limit: maxText, parse: parseState, words: "two letters"}
	identificationKind = kind{sql: "text", limit: maxText, parse: parseIdentification, words: "5 to 20 letters and digits"}
	destinationKind    = kind{sql: "text", limit: maxText, parse: parseDestination, words: "1 to 32 lower-case letters, digits and hyphens"}
	calendarKind       = kind{sql: "text", limit: maxText, parse: parseCalendar, words: "monthly:last, monthly:DD, cycle or daily"}
	keyListKind        = kind{sql: "text[]", limit: 10_000, parse: parseKeyList, words: "keys with blanks between"}
	trailingKind       = kind{sql: "integer", limit: maxText, parse: codeKind("1", "2", "3").parse, words: "code", codes: []string{"1", "2", "3"}}
	historyKind        = kind{sql: "text", limit: maxText, parse: parseHistory, words: "24 characters of the payment history profile"}
)

// headerKind is a text that stands in a file's header: a value that does not fit would stop the program's files.
func headerKind(field string) kind {
	width := 0
	for _, layout := range metro2.Layouts() {
		for _, f := range layout.Fields {
			if layout.Name == "header" && f.Key == field {
				width = f.Width
			}
		}
	}
	reason := fmt.Sprintf("the header of a file has %d characters for it", width)
	return kind{sql: "text", limit: maxText, words: fmt.Sprintf("text that folds to at most %d characters", width), parse: func(_ *row, raw []byte) ([]byte, string) {
		switch folded := metro2.FoldText(string(raw)); {
		case folded == "":
			return nil, "a file cannot hold any of its characters"
		case len(folded) > width:
			return nil, reason
		}
		return raw, ""
	}}
}

// monthsKind takes a number of months up to a century.
var monthsKind = func() kind {
	k := countKind(0)
	count := k.parse
	k.parse = func(r *row, raw []byte) ([]byte, string) {
		value, why := count(r, raw)
		if n, err := strconv.Atoi(string(raw)); why == "" && (err != nil || n > 1200) {
			return nil, "not a whole number of 0 to 1200"
		}
		return value, why
	}
	return k
}()

// countKind is a whole number of at least low.
func countKind(low int) kind {
	return kind{sql: "integer", limit: maxText, words: "whole number from " + strconv.Itoa(low), parse: func(_ *row, raw []byte) ([]byte, string) {
		n := 0
		for _, c := range raw {
			if c < '0' || c > '9' || n > 1_000_000 {
				return nil, "not a whole number up to 1,000,000"
			}
			n = n*10 + int(c-'0')
		}
		if n < low || n > 1_000_000 {
			return nil, "not a whole number of " + map[bool]string{true: "0", false: "1"}[low == 0] + " to 1,000,000"
		}
		return raw, ""
	}}
}

func parseText(_ *row, raw []byte) ([]byte, string) { return raw, "" }

// parseDate takes exactly what rules.ParseDate takes, without its detour over time.Time.
func parseDate(_ *row, raw []byte) ([]byte, string) {
	if !isDate(raw) {
		return nil, "not a date YYYY-MM-DD of the years 1900 to 2099"
	}
	return raw, ""
}

func isDate(b []byte) bool {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return false
	}
	century, year, ok1 := pair(b[0:]), pair(b[2:]), true
	month, day := pair(b[5:]), pair(b[8:])
	ok1 = (century == 19 || century == 20) && year >= 0 && month >= 1 && month <= 12 && day >= 1
	return ok1 && day <= daysIn(century*100+year, month)
}

// pair is the number that two digits make, -1 if they are none.
func pair(b []byte) int {
	tens, ones := b[0]-'0', b[1]-'0'
	if tens > 9 || ones > 9 {
		return -1
	}
	return int(tens)*10 + int(ones)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// parseTime takes RFC 3339 strictly; time.Parse is more lenient than the standard. The text is passed on
// as it came: PostgreSQL reads it exactly, to the microsecond.
func parseTime(_ *row, raw []byte) ([]byte, string) {
	const reason = "not an RFC 3339 time"
	if len(raw) < len("2006-01-02T15:04:05Z") || !isDate(raw[:10]) || raw[10] != 'T' || raw[13] != ':' || raw[16] != ':' ||
		!within(raw[11:], 23) || !within(raw[14:], 59) || !within(raw[17:], 59) {
		return nil, reason
	}
	rest := raw[19:]
	if rest[0] == '.' {
		digits := 1
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		if digits == 1 || digits > 10 {
			return nil, reason
		}
		rest = rest[digits:]
	}
	if len(rest) == 1 && rest[0] == 'Z' {
		return raw, ""
	}
	if len(rest) != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' || !within(rest[1:], 15) || !within(rest[4:], 59) {
		return nil, reason
	}
	return raw, ""
}

// within reports whether b begins with a pair of digits of at most high.
func within(b []byte, high int) bool {
	n := pair(b)
	return n >= 0 && n <= high
}

func parseCents(r *row, raw []byte) ([]byte, string) {
	c, err := rules.ParseCents(string(raw))
	if err != nil {
		return nil, "not an amount with at most two decimals and no sign"
	}
	return r.number(int64(c)), ""
}

func parseSignedCents(r *row, raw []byte) ([]byte, string) {
	c, err := rules.ParseSignedCents(string(raw))
	if err != nil {
		return nil, "not an amount with at most two decimals"
	}
	r.signed = raw[0] == '-' || raw[0] == '+'
	return r.number(int64(c)), ""
}

func parseBool(_ *row, raw []byte) ([]byte, string) {
	if string(raw) == "true" || string(raw) == "false" {
		return raw, ""
	}
	return nil, "not true or false"
}

// digits returns the digits of raw when everything else in it is one of the tolerated characters.
func digits(r *row, raw []byte, tolerated string) ([]byte, bool) {
	start := len(r.scratch)
	for _, c := range raw {
		switch {
		case c >= '0' && c <= '9':
			r.scratch = append(r.scratch, c)
		case strings.IndexByte(tolerated, c) < 0:
			return nil, false
		}
	}
	return r.scratch[start:], true
}

func parseSSN(r *row, raw []byte) ([]byte, string) {
	if d, ok := digits(r, raw, "-"); ok && len(d) == 9 {
		return d, ""
	}
	return nil, "not a number of nine digits"
}

func parsePhone(r *row, raw []byte) ([]byte, string) {
	if d, ok := digits(r, raw, " ()-./"); ok && len(d) == 10 {
		return d, ""
	}
	return nil, "not a number of ten digits"
}

func parsePostalCode(r *row, raw []byte) ([]byte, string) {
	if d, ok := digits(r, raw, "-"); ok && (len(d) == 5 || len(d) == 9) {
		return d, ""
	}
	return nil, "not a code of five or nine digits"
}

func parseState(r *row, raw []byte) ([]byte, string) {
	if len(raw) != 2 || !isLetter(raw[0]) || !isLetter(raw[1]) {
		return nil, "not two letters"
	}
	return r.text(bytes.ToUpper(raw)), ""
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// parseIdentification reads an identification number: FORMAT.md wants letters and digits, at most 20.
func parseIdentification(_ *row, raw []byte) ([]byte, string) {
	plain := !slices.ContainsFunc(raw, func(c byte) bool { return !isLetter(c) && !isDigit(c) })
	if !plain || len(raw) < 5 || len(raw) > 20 {
		return nil, "not 5 to 20 letters and digits"
	}
	return raw, ""
}

// parseDestination reads the name of a destination, which stands in names of files and in settings: one form, so that no two look alike.
func parseDestination(_ *row, raw []byte) ([]byte, string) {
	plain := !slices.ContainsFunc(raw, func(c byte) bool { return (c < 'a' || c > 'z') && !isDigit(c) && c != '-' })
	if !plain || len(raw) > 32 {
		return nil, "not 1 to 32 lower-case letters, digits and hyphens"
	}
	return raw, ""
}

// parseHistory reads a payment history profile: 24 characters that may stand in base field 18.
func parseHistory(_ *row, raw []byte) ([]byte, string) {
	for i := range raw {
		code := metro2.HistoryCodes.Find(string(raw[i : i+1]))
		if code == nil || code.Legacy {
			return nil, "not 24 characters of the payment history profile"
		}
	}
	if len(raw) != 24 {
		return nil, "not 24 characters of the payment history profile"
	}
	return raw, ""
}

// parseCalendar reads when a program reports; a day of one digit gets its zero.
func parseCalendar(r *row, raw []byte) ([]byte, string) {
	switch text := string(raw); {
	case text == "monthly:last" || text == "cycle" || text == "daily":
		return raw, ""
	case strings.HasPrefix(text, "monthly:"):
		day := raw[len("monthly:"):]
		if len(day) == 1 {
			day = append([]byte("0"), day...)
		}
		if len(day) == 2 && within(day, 31) && pair(day) > 0 {
			return r.text([]byte("monthly:"), day), ""
		}
	}
	return nil, "not monthly:last, monthly:DD, cycle or daily"
}

// parseKeyList reads keys separated by space, comma, semicolon or bar as a PostgreSQL array.
func parseKeyList(r *row, raw []byte) ([]byte, string) {
	separator := func(c rune) bool { return strings.ContainsRune(" ,;|", c) }
	keys := bytes.FieldsFunc(raw, separator)
	slices.SortFunc(keys, bytes.Compare)
	keys = slices.CompactFunc(keys, bytes.Equal)
	list := []byte("{")
	for i, key := range keys {
		if utf8.RuneCount(key) > maxKey {
			return nil, "a key of more than 64 characters"
		}
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, '"')
		for _, c := range key {
			if c == '"' || c == '\\' {
				list = append(list, '\\')
			}
			list = append(list, c)
		}
		list = append(list, '"')
	}
	return r.text(list, []byte("}")), ""
}

// Classes of values, all that is ever told of one.
const (
	classEmpty   = "empty"
	classText    = "text"
	classNumber  = "number"
	classDate    = "date"
	classTime    = "time"
	classKey     = "key"
	classTooLong = "too long"
	classControl = "control character"
	classNotUTF8 = "not UTF-8"
	classRecord  = "record"
)

// Kinds of bytes, as bits.
const (
	byteControl   = 1 << iota
	byteHigh      // of a character that is not ASCII
	byteBackslash // an escape of COPY text
)

var byteKinds = func() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case c < 0x20 || c == 0x7f:
			kinds[c] = byteControl
		case c >= 0x80:
			kinds[c] = byteHigh
		}
	}
	kinds['\\'] = byteBackslash
	return kinds
}()

// flaw returns the class of a value that no kind takes, or the empty string, and the kinds of its bytes.
func flaw(raw []byte, limit int) (class string, kinds uint8) {
	for _, c := range raw {
		kinds |= byteKinds[c]
	}
	switch {
	case kinds&byteControl != 0:
		return classControl, kinds
	case kinds&byteHigh == 0 && len(raw) <= limit:
		return "", kinds
	case kinds&byteHigh == 0:
		return classTooLong, kinds
	case !utf8.Valid(raw):
		return classNotUTF8, kinds
	case bytes.ContainsFunc(raw, unicode.IsControl):
		return classControl, kinds
	case utf8.RuneCount(raw) > limit:
		return classTooLong, kinds
	}
	return "", kinds
}

// classOf says what a value looks like.
func classOf(raw []byte) string {
	switch {
	case len(raw) == 0:
		return classEmpty
	case isDate(raw):
		return classDate
	}
	if _, reason := parseTime(nil, raw); reason == "" {
		return classTime
	}
	number := bytes.TrimLeft(raw, "+-")
	if len(number) > 0 && bytes.Count(number, []byte(".")) <= 1 &&
		!bytes.ContainsFunc(number, func(c rune) bool { return c != '.' && (c < '0' || c > '9') }) {
		return classNumber
	}
	return classText
}
