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
// the segment.
func (l *Layout[T]) decode(src []byte, form Form, index int, rec *T, problems []Problem) []Problem {
	p := &l.plans[form]
	d := decoder{src: src, segment: l.name, index: index, problems: problems}
	if !p.getTexts(src, rec) {
		p.getOddTexts(&d, rec)
	}
	p.getNumbers(&d, rec)
	p.getDates(&d, rec)
	for i := range p.fillers {
		p.fillers[i].checkFiller(&d)
	}
	if found := d.problems[len(problems):]; len(found) > 1 {
		slices.SortStableFunc(found, func(a, b Problem) int { return a.Position - b.Position })
	}
	return d.problems
}

// Room for the longer texts of the layout that has the most.
const (
	maxTexts     = 16
	maxTextBytes = 320
)

// getTexts gathers the texts of a segment without the blanks behind them in one
// string, a fraction of the segment, and lets the fields point into it; shorter
// ones need no memory at all. It gives up, rec half done, when some text is not
// as it should be.
func (p *plan[T]) getTexts(src []byte, rec *T) bool {
	if !p.getCodes(src, rec) {
		return false
	}
	var room [maxTextBytes]byte
	var ends [maxTexts]int
	gathered, ok := p.gatherTexts(room[:], src, &ends)
	if !ok || !upperOnly(gathered) {
		return false
	}
	text, texts := string(gathered), p.texts
	start := 0
	for i := range texts {
		end := ends[i%maxTexts]
		*at[string](rec, texts[i].offset) = text[start:end]
		start = end
	}
	return true
}

func (p *plan[T]) getCodes(src []byte, rec *T) bool {
	odd := uint16(0)
	flags, codes := p.flags, p.codes
	for i := range flags {
		s := &flags[i]
		place, strange := placeOfShort(src[s.start], ' ')
		odd |= strange
		*at[string](rec, s.offset) = shortTexts[place]
	}
	for i := range codes {
		s := &codes[i]
		place, strange := placeOfShort(src[s.start], src[s.start+1])
		odd |= strange
		*at[string](rec, s.offset) = shortTexts[place]
	}
	return odd == 0
}

// gatherTexts puts one text behind the other and writes down where each ends.
func (p *plan[T]) gatherTexts(room, src []byte, ends *[maxTexts]int) (gathered []byte, ok bool) {
	n := 0
	texts := p.texts
	for i := range texts {
		s := &texts[i]
		field := src[s.start:s.end]
		if used := trimmedLen(field); used > 0 {
			if s.kind == kindRawText { // in a payment history each place is a month
				used = len(field)
			} else if field[0] == ' ' {
				return nil, false
			}
			n += copy(room[n:], field[:used])
		}
		ends[i%maxTexts] = n
	}
	return room[:n], true
}

func (p *plan[T]) getNumbers(d *decoder, rec *T) {
	src, numbers := d.src, p.numbers
	for i := range numbers {
		s := &numbers[i]
		if !s.packed {
			if v, ok := parseDigits(src[s.start:s.end]); ok {
				*at[uint64](rec, s.offset) = v
				continue
			}
		}
		*at[uint64](rec, s.offset) = s.getNumber(d)
	}
}

func (p *plan[T]) getDates(d *decoder, rec *T) {
	src, dates := d.src, p.dates
	for i := range dates {
		s := &dates[i]
		if !s.packed {
			if v, ok := parseDate(binary.LittleEndian.Uint64(src[s.start:])); ok {
				*at[Date](rec, s.offset) = v
				continue
			}
		}
		*at[Date](rec, s.offset) = s.getDate(d)
	}
	for i := range p.stamps {
		s := &p.stamps[i]
		*at[Timestamp](rec, s.offset) = s.getTimestamp(d)
	}
}

// getOddTexts takes any texts, and says what is wrong with them.
func (p *plan[T]) getOddTexts(d *decoder, rec *T) {
	text := string(d.src)
	for i := range p.steps {
		s := &p.steps[i]
		if !s.isText() {
			continue
		}
		start, end := s.start, s.start+trimmedLen(d.src[s.start:s.end])
		*at[string](rec, s.offset) = s.getOddText(d, text, start, end)
	}
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

func (s *step[T]) getOddText(d *decoder, text string, start, end int) string {
	if start == end {
		return ""
	}
	if !upperOnly(d.src[start:end]) {
		s.inspect(d)
	}
	if s.kind == kindRawText {
		return text[s.start:s.end]
	}
	if text[start] == ' ' {
		s.problem(d, "F06", Warning, saysIndented)
	}
	for text[start] == ' ' {
		start++
	}
	return text[start:end]
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
