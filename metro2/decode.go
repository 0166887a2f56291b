package metro2

import (
	"encoding/binary"
	"slices"
)

// What decoding says about the bytes of one field.
const (
	saysNotDigits   = "not a number: a byte is not a digit"
	saysBlankNumber = "blank, read as zero"
	saysPackedSign  = "packed decimal with an unusual sign, read as positive"
	saysNotADate    = "not a calendar date of the years 1900 to 2099"
	saysNotATime    = "not a calendar date with a time of day"
	saysConstant    = "not the constant that belongs here"
	saysReserved    = "reserved area is not blank"
	saysNotASCII    = "holds a byte that is not printable ASCII"
	saysLowerCase   = "holds a lower-case letter"
	saysIndented    = "begins with a blank"
	saysSegmentCut  = "segment is shorter than its layout"
)

// decoder carries what all fields of one segment share.
type decoder struct {
	src      []byte // the segment
	text     string // the same bytes, for text values to be cut from
	clean    bool   // every byte is known to be printable and not lower case
	segment  string
	index    int
	problems []Problem
}

func (d *decoder) problem(key string, position int, rule string, severity Severity, says string) {
	d.problems = append(d.problems, Problem{
		Segment: d.segment, Index: d.index, Field: key, Position: position,
		Rule: rule, Severity: severity, Message: says,
	})
}

// decode reads one segment into rec, every field of it, as well as the bytes
// allow, and appends what it had to complain about. src has the exact length of
// the segment; text is the same bytes.
func (l *Layout[T]) decode(src []byte, text string, form Form, index int, rec *T, problems []Problem) []Problem {
	p := &l.plans[form]
	d := decoder{src: src, text: text, segment: l.name, index: index, problems: problems}
	d.clean = form == Character && upperOnly(src)
	texts := p.texts
	for i := range texts {
		s := &texts[i]
		*at[string](rec, s.offset) = s.getText(&d)
	}
	values := p.values
	for i := range values {
		s := &values[i]
		switch s.kind {
		case kindDollars:
			*at[Dollars](rec, s.offset) = Dollars(s.getNumber(&d))
		case kindNumber:
			*at[Number](rec, s.offset) = Number(s.getNumber(&d))
		case kindDate:
			*at[Date](rec, s.offset) = s.getDate(&d)
		case kindTimestamp:
			*at[Timestamp](rec, s.offset) = s.getTimestamp(&d)
		}
	}
	for i := range p.fillers {
		p.fillers[i].checkFiller(&d)
	}
	if found := d.problems[len(problems):]; len(found) > 1 {
		slices.SortStableFunc(found, func(a, b Problem) int { return a.Position - b.Position })
	}
	return d.problems
}

func (s *step[T]) problem(d *decoder, rule string, severity Severity, says string) {
	d.problem(s.field.Key, s.field.position, rule, severity, says)
}

func (s *step[T]) checkFiller(d *decoder) {
	field := d.src[s.start:s.end]
	switch {
	case s.kind == kindFixed && string(field) != s.field.Fixed:
		s.problem(d, "F03", Error, saysConstant)
	case s.kind == kindReserved && trimmedLen(field) != 0:
		s.problem(d, "F08", Warning, saysReserved)
	}
}

func (s *step[T]) getText(d *decoder) string {
	start := int(s.start)
	n := trimmedLen(d.src[start:s.end])
	if n == 0 {
		return ""
	}
	if !d.clean || d.src[start] == ' ' || s.kind == kindRawText {
		return s.getUncleanText(d, start, start+n)
	}
	return d.text[start : start+n]
}

// getUncleanText looks closer where the usual text is taken as it is.
func (s *step[T]) getUncleanText(d *decoder, start, end int) string {
	if !d.clean && !upperOnly(d.src[start:end]) {
		s.inspect(d)
	}
	if s.kind == kindRawText { // in a payment history each place is a month
		return d.text[s.start:s.end]
	}
	if d.src[start] == ' ' {
		s.problem(d, "F06", Warning, saysIndented)
	}
	for d.src[start] == ' ' {
		start++
	}
	return d.text[start:end]
}

// inspect reports the first byte of each sort that text must not hold.
func (s *step[T]) inspect(d *decoder) {
	var foreign, lower bool
	for _, c := range d.src[s.start:s.end] {
		foreign = foreign || c < ' ' || c > 126
		lower = lower || c >= 'a' && c <= 'z'
	}
	if foreign {
		s.problem(d, "F06", Error, saysNotASCII)
	}
	if lower {
		s.problem(d, "F06", Warning, saysLowerCase)
	}
}

func (s *step[T]) getDate(d *decoder) Date {
	if !s.packed { // the usual date, without a detour
		digits := binary.LittleEndian.Uint64(d.src[s.start:s.end])
		if digits == eightZeros {
			return 0
		}
		if v, ok := parse8(digits); ok {
			if date := dateOfDigits(uint32(v)); date.Valid() {
				return date
			}
		}
	}
	v := s.getNumber(d)
	if v == 0 {
		return 0
	}
	date := dateOfDigits(uint32(v))
	if !date.Valid() {
		s.problem(d, "F05", Error, saysNotADate)
	}
	return date
}

func (s *step[T]) getTimestamp(d *decoder) Timestamp {
	v := s.getNumber(d)
	if v == 0 {
		return 0
	}
	stamp := timestampOfDigits(v)
	if !stamp.Valid() {
		s.problem(d, "F05", Error, saysNotATime)
	}
	return stamp
}

func (s *step[T]) getNumber(d *decoder) uint64 {
	field := d.src[s.start:s.end]
	if s.packed {
		return s.getPacked(d, field)
	}
	if v, ok := parseDigits(field); ok {
		return v
	}
	return s.salvageNumber(d, field)
}

func (s *step[T]) getPacked(d *decoder, field []byte) uint64 {
	v, ok, usual := parsePacked(field)
	switch {
	case ok && v >= uint64(s.limit):
		// An even count of digits leaves one leading half-byte unused.
		s.problem(d, "F04", Error, saysNotDigits)
		return v % uint64(s.limit)
	case ok && usual:
		return v
	case ok:
		s.problem(d, "F04", Warning, saysPackedSign)
		return v
	case trimmedLen(field) == 0:
		s.problem(d, "F04", Warning, saysBlankNumber)
		return 0
	}
	s.problem(d, "F04", Error, saysNotDigits)
	return 0
}

// salvageNumber reads what it can of a field that is not all digits: a number
// with blanks around it, or nothing.
func (s *step[T]) salvageNumber(d *decoder, field []byte) uint64 {
	field = field[:trimmedLen(field)]
	if len(field) == 0 {
		s.problem(d, "F04", Warning, saysBlankNumber)
		return 0
	}
	for field[0] == ' ' {
		field = field[1:]
	}
	s.problem(d, "F04", Error, saysNotDigits)
	v, ok := parseDigits(field)
	if !ok {
		return 0
	}
	return v
}
