package metro2

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// FieldValue is one field of a record as people read it.
type FieldValue struct {
	Segment  string `json:"segment"`  // layout name; "record" for bytes that belong to no field
	Index    int    `json:"index"`    // 1-based number of a J1 or J2 segment; 2 and up for another one that is repeated; else 0
	Num      string `json:"number"`   // in the guide, such as "17A"
	Key      string `json:"field"`    // stable name, such as "account_status"
	Name     string `json:"name"`     // the guide's title
	Position int    `json:"position"` // 1-based, in the segment in character form, as in findings
	Start    int    `json:"start"`    // 1-based, in the record as it stands in the file
	Width    int    `json:"width"`    // bytes in the file
	Raw      string `json:"raw"`      // the bytes, in ASCII; as 0x and hexadecimal digits when they are packed or not printable
	Value    string `json:"value"`    // dates as 2026-10-31, amounts as $15,210; "" when empty
	Meaning  string `json:"meaning"`  // of a code, a payment history, or a value that cannot be read
	Hidden   bool   `json:"hidden"`   // Raw and Value are masked

	mask   bool // identifies a person
	faulty bool // the bytes are not what belongs here, and may be those of any field
}

// hiddenText stands for what is not shown.
const hiddenText = "****"

// Meanings of what stands in a field, beside those of codes.
const (
	meansNotANumber = "not a number"
	meansNotADate   = "not a date"
	meansNotHere    = "not what belongs here"
	meansUnknown    = "not in the table: "
	meansNines      = "none, filled with nines"
	meansUnused     = "unused segment, skipped"
	meansNoSegment  = "not a segment that the format knows"
)

// Explain lists every field of the record that Next returned last: those of the
// base segment (or of the header or trailer), then those of each segment behind
// it, in the order of the record, repeated and unused ones included. Of a record
// of unknown kind it is the bytes.
//
// What identifies a person is masked, of an account number all but the last
// four characters, and so are bytes that are not what belongs in their field:
// in a record that has slipped they may be a part of anything. With unmask
// everything is shown as it stands.
func (r *Reader) Explain(unmask bool) []FieldValue {
	fields := r.explain()
	if !unmask {
		for i := range fields {
			fields[i].hide()
		}
	}
	return fields
}

func (r *Reader) explain() []FieldValue {
	e := explainer{form: r.form, data: r.data}
	switch r.item.Kind {
	case KindHeader:
		explainFileRecord(&e, headerLayout)
	case KindTrailer:
		explainFileRecord(&e, trailerLayout)
	case KindData:
		e.record()
	default:
		e.rest(0)
	}
	return e.fields
}

// explainer walks over the bytes of one record.
type explainer struct {
	form   Form
	data   []byte
	fields []FieldValue
}

func explainFileRecord[T any](e *explainer, l *Layout[T]) {
	explainSegment(e, l, e.form, 0, 0)
	if size := l.Size(e.form); len(e.data) > size && trimmedLen(e.data[size:]) > 0 {
		e.rest(size)
	}
}

func (e *explainer) record() {
	explainSegment(e, baseLayout, e.form, 0, 0)
	var seen [len(explainKinds)]int
	for at := baseLayout.Size(e.form); at < len(e.data); {
		order := segmentAt(e.data[at:])
		if order < 0 {
			if trimmedLen(e.data[at:]) > 0 {
				e.rest(at)
			}
			return
		}
		end := at + segmentKinds[order].size
		if isPlaceholder(e.data[at:min(end, len(e.data))]) {
			e.unused(at, min(end, len(e.data)))
		} else {
			seen[order]++
			explainKinds[order](e, at, seen[order])
		}
		at = end
	}
}

// explainKinds goes with segmentKinds.
var explainKinds = [...]func(e *explainer, at, count int){
	func(e *explainer, at, count int) { explainSegment(e, j1Layout, Character, at, count) },
	func(e *explainer, at, count int) { explainSegment(e, j2Layout, Character, at, count) },
	func(e *explainer, at, count int) { explainSegment(e, k1Layout, Character, at, afterFirst(count)) },
	func(e *explainer, at, count int) { explainSegment(e, k2Layout, Character, at, afterFirst(count)) },
	func(e *explainer, at, count int) { explainSegment(e, k3Layout, Character, at, afterFirst(count)) },
	func(e *explainer, at, count int) { explainSegment(e, k4Layout, Character, at, afterFirst(count)) },
	func(e *explainer, at, count int) { explainSegment(e, l1Layout, Character, at, afterFirst(count)) },
	func(e *explainer, at, count int) { explainSegment(e, n1Layout, Character, at, afterFirst(count)) },
}

// afterFirst numbers a segment that should stand once.
func afterFirst(count int) int {
	if count == 1 {
		return 0
	}
	return count
}

// rest is what stands behind the last known segment, or the whole of an unknown
// record.
func (e *explainer) rest(at int) {
	name := "Rest of the record"
	if at == 0 {
		name = "Unknown record"
	}
	e.fields = append(e.fields, FieldValue{
		Segment: wholeRecord, Name: name, Position: at + 1, Start: at + 1, Width: len(e.data) - at,
		Raw: printable(e.data[at:]), Meaning: meansNoSegment, faulty: true,
	})
}

func (e *explainer) unused(at, end int) {
	e.fields = append(e.fields, FieldValue{
		Segment: wholeRecord, Name: "Unused " + string(e.data[at:at+2]) + " segment", Position: at + 1, Start: at + 1,
		Width: end - at, Raw: printable(e.data[at:end]), Meaning: meansUnused,
	})
}

// explainSegment appends the fields of one segment that begins at a zero-based
// place; what is missing of it is taken to be blank, as decoding does.
func explainSegment[T any](e *explainer, l *Layout[T], form Form, at, index int) {
	size := l.Size(form)
	src := append(make([]byte, 0, size), e.data[at:min(at+size, len(e.data))]...)
	src = appendBlanks(src, size-len(src))
	rec := new(T)
	faults := map[string]Problem{}
	for _, p := range l.decode(src, form, index, rec, nil) {
		if _, known := faults[p.Field]; !known || p.Severity == Error {
			faults[p.Field] = p
		}
	}
	steps := l.plans[form].steps
	for i := range steps {
		s := &steps[i]
		bytes := src[s.start:s.end]
		v := FieldValue{
			Segment: l.name, Index: index, Num: s.field.Num, Key: s.field.Key, Name: s.field.Name,
			Position: s.field.position, Start: at + int(s.start) + 1, Width: len(bytes), mask: s.field.Mask,
		}
		if v.Raw = printable(bytes); s.packed {
			v.Raw = "0x" + hex.EncodeToString(bytes)
		}
		p, found := faults[v.Key]
		v.faulty = found && (p.Severity == Error || p.Rule == "F08")
		switch {
		case v.faulty:
			v.Meaning = faultMeaning(s.kind)
		case s.kind == kindRDW:
			v.Value, v.Meaning, v.faulty = e.length()
		default:
			v.Value, v.Meaning = s.explain(rec)
		}
		if s.kind == kindRawText && !v.faulty {
			v.Meaning = historyMeaning(v.Value, historyEnd(rec))
		}
		e.fields = append(e.fields, v)
	}
}

// historyEnd returns the date that a payment history ends before.
func historyEnd(rec any) Date {
	if b, ok := rec.(*Base); ok {
		return b.DateAccountInfo
	}
	return 0
}

// length reads the descriptor word of the record.
func (e *explainer) length() (value, meaning string, faulty bool) {
	length, ok := rdwOf(e.data, e.form)
	switch {
	case !ok:
		return "", saysBadRDW, true
	case length != len(e.data):
		return strconv.Itoa(length), fmt.Sprintf("bytes; the record has %d", len(e.data)), false
	}
	return strconv.Itoa(length), "bytes", false
}

func faultMeaning(k kind) string {
	switch k {
	case kindDate, kindTimestamp:
		return meansNotADate
	case kindDollars, kindNumber:
		return meansNotANumber
	}
	return meansNotHere
}

// explain returns the value of a field for people, and what it means.
func (s *step[T]) explain(rec *T) (value, meaning string) {
	switch s.kind {
	case kindFixed:
		return s.field.Fixed, ""
	case kindReserved, kindRDW:
		return "", ""
	case kindText, kindRawText:
		value = strings.TrimRight(*at[string](rec, s.offset), " ")
	case kindDate:
		return at[Date](rec, s.offset).String(), ""
	case kindTimestamp:
		return at[Timestamp](rec, s.offset).String(), ""
	case kindDollars:
		return dollarText(*at[Dollars](rec, s.offset)), ""
	default:
		n := *at[Number](rec, s.offset)
		switch {
		case s.field.Show == ShowDigits && n == 0:
			return "", ""
		case s.field.Show == ShowDigits && n == nineFilled && s.field.Width == 9:
			return "999999999", meansNines
		case s.field.Show == ShowNumber:
			return strconv.FormatInt(int64(n), 10), ""
		}
		value = fmt.Sprintf("%0*d", s.field.Width, n)
	}
	if s.field.Codes != nil && value != "" {
		meaning = codeMeaning(s.field.Codes, value)
	}
	return value, meaning
}

func codeMeaning(table *CodeTable, value string) string {
	if c := table.Find(value); c != nil {
		return c.Meaning
	}
	return meansUnknown + table.Name
}

// dollarText writes an amount as $1,234,567.
func dollarText(d Dollars) string {
	digits := strconv.FormatInt(int64(d), 10)
	out := make([]byte, 0, len(digits)+4)
	out = append(out, '$')
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return string(out)
}

// historyMeaning tells the months of a payment history, the newest first, runs
// of the same character together. Its first month is the one before that of the
// account information.
func historyMeaning(history string, asOf Date) string {
	var parts []string
	for i := 0; i < len(history); {
		end := i + 1
		for end < len(history) && history[end] == history[i] {
			end++
		}
		part := codeMeaning(&HistoryCodes, history[i:i+1])
		if asOf.Valid() {
			part = monthBefore(asOf, i+1) + " back to " + monthBefore(asOf, end) + ": " + part
			if end == i+1 {
				part = monthBefore(asOf, end) + ": " + codeMeaning(&HistoryCodes, history[i:end])
			}
		} else {
			part = fmt.Sprintf("%d months: %s", end-i, part)
		}
		parts = append(parts, part)
		i = end
	}
	return strings.Join(parts, "; ")
}

// monthBefore returns the month n months before that of d, as 2026-09.
func monthBefore(d Date, n int) string {
	months := d.Year()*12 + d.Month() - 1 - n
	return fmt.Sprintf("%04d-%02d", months/12, months%12+1)
}

// printable shows bytes as text, or in hexadecimal digits when one of them is
// no printable ASCII character.
func printable(b []byte) string {
	for _, c := range b {
		if c < ' ' || c > 126 {
			return "0x" + hex.EncodeToString(b)
		}
	}
	return string(b)
}

// hide masks what must not be seen. What is empty stays so: that a field is
// empty tells nothing about a person.
func (v *FieldValue) hide() {
	switch {
	case v.faulty:
		v.Raw, v.Value, v.Hidden = hiddenText, "", true
	case !v.mask || v.Value == "" || v.Meaning == meansNines:
	case v.isAccount():
		v.Raw = maskAccount(v.Value)
		v.Value, v.Hidden = v.Raw, true
	default:
		v.Raw, v.Value, v.Meaning, v.Hidden = hiddenText, hiddenText, "", true
	}
}

// isAccount is true for the account numbers, of which a part may be seen.
func (v *FieldValue) isAccount() bool {
	return v.Key == "account_number" || v.Key == "new_account_number"
}

// maskAccount shows the last four characters of an account number that has more,
// and of a shorter one only that it is there.
func maskAccount(account string) string {
	if len(account) <= 4 {
		return hiddenText
	}
	return hiddenText + account[len(account)-4:]
}
