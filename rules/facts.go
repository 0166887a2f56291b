package rules

import (
	"slices"
	"strconv"
	"strings"
)

// Facts are the values behind a decision, kept to explain it. They are ordered by key.
type Facts []Fact

// Fact is one value with its stable key.
type Fact struct {
	Key    string
	text   string
	number int64
	form   form
}

// form says what a Fact holds.
type form uint8

const (
	formText   form = iota // text
	formCents              // number, in cents
	formDate               // number, a Date
	formNumber             // number
	formList               // text, a JSON array of numbers
)

// add inserts a fact in the order of its key, or replaces the fact with that key.
func (f *Facts) add(fact Fact) {
	place, found := slices.BinarySearchFunc(*f, fact.Key, func(e Fact, key string) int { return strings.Compare(e.Key, key) })
	if found {
		(*f)[place] = fact
		return
	}
	*f = slices.Insert(*f, place, fact)
}

// remove takes out the fact with a key.
func (f *Facts) remove(key string) {
	*f = slices.DeleteFunc(*f, func(e Fact) bool { return e.Key == key })
}

// keep takes out all facts but those with the keys.
func (f *Facts) keep(keys ...string) {
	*f = slices.DeleteFunc(*f, func(e Fact) bool { return !slices.Contains(keys, e.Key) })
}

// Keys of the facts that name the rule behind a field of a tradeline, where the field does not tell it by itself (BR6).
const (
	factDelinquency = "delinquency"           // date of first delinquency
	factKeptFrom    = "delinquency_kept_from" // calendar date of the earlier tradeline that bore it
	factClosed      = "closed"                // date closed
	factHistory     = "history"               // payment history profile, if it was not just moved by a month
	factAccountInfo = "account_info"          // date of account information, if it is that of the file though the account is paid
	factLateBy      = "late_by"               // how days late become steps, if by whole months
)

func newFacts(facts ...Fact) Facts {
	var all Facts
	for _, fact := range facts {
		all.add(fact)
	}
	return all
}

func textFact(key, text string) Fact     { return Fact{Key: key, text: text} }
func centsFact(key string, c Cents) Fact { return Fact{Key: key, number: int64(c), form: formCents} }
func dateFact(key string, d Date) Fact   { return Fact{Key: key, number: int64(d), form: formDate} }
func numberFact(key string, number int) Fact {
	return Fact{Key: key, number: int64(number), form: formNumber}
}

// listFact is a fact with a list of numbers.
func listFact(key string, numbers []int) Fact {
	text := []byte{'['}
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(n), 10)
	}
	return Fact{Key: key, text: string(append(text, ']')), form: formList}
}

// Has reports whether there is a fact with the key.
func (f Facts) Has(key string) bool {
	return slices.ContainsFunc(f, func(e Fact) bool { return e.Key == key })
}

// AppendJSON appends f as a JSON object, keys in order. Amounts are strings in dollars, dates strings YYYY-MM-DD.
func (f Facts) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i := range f {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendQuoted(dst, f[i].Key), ':')
		dst = f[i].appendJSON(dst)
	}
	return append(dst, '}')
}

// MarshalJSON returns what AppendJSON appends.
func (f Facts) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// String returns f as a JSON object.
func (f Facts) String() string { return string(f.AppendJSON(nil)) }

func (e *Fact) appendJSON(dst []byte) []byte {
	switch e.form {
	case formCents:
		return append(Cents(e.number).append(append(dst, '"')), '"')
	case formDate:
		return append(Date(e.number).append(append(dst, '"')), '"')
	case formNumber:
		return strconv.AppendInt(dst, e.number, 10)
	case formList:
		return append(dst, e.text...)
	}
	return AppendQuoted(dst, e.text)
}

// AppendQuoted appends text, which is UTF-8, as a JSON string, as Facts writes one.
func AppendQuoted(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for k := 0; k < len(text); k++ {
		switch c := text[k]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
