package metro2

import "fmt"

// Need says when a field has to be filled.
type Need uint8

const (
	// Required fields are always filled.
	Required Need = iota + 1
	// IfApplicable fields are filled when their condition holds.
	IfApplicable
	// Optional fields may stay at their empty fill.
	Optional
)

// String returns "required", "if applicable" or "optional".
func (n Need) String() string {
	return [...]string{"", "required", "if applicable", "optional"}[n]
}

// Charset says which characters a text field may hold, apart from the blanks
// that fill it.
type Charset uint8

const (
	// AnyText allows what every field allows: A-Z, 0-9, space, - . / and \.
	AnyText Charset = iota
	// NameText is for names of people: letters, space and hyphen.
	NameText
	// CodeText is for identifiers and codes: letters and digits.
	CodeText
)

// Show says how a number field is read by people; on the file all are digits.
type Show uint8

const (
	// ShowNumber is a quantity: 26.
	ShowNumber Show = iota
	// ShowDigits is an identifier of full width, empty when zero: "666001001".
	ShowDigits
	// ShowCode is a numeric code of full width: "01".
	ShowCode
)

// Field is one row of a layout table: everything that the package knows about
// one field of the format. Encoding, decoding, checking, the dump and the
// reference all read this row; there is no second list of fields, and no
// position is ever typed: it is the sum of the widths before it.
type Field[T any] struct {
	Num   string // number in the guide, such as "17A"
	Key   string // stable name, such as "account_status"
	Name  string // the guide's title
	Width int    // bytes in character form
	Need  Need

	Chars  Charset    // text fields: the characters that belong there
	Codes  *CodeTable // text and code fields: the closed set of values, or nil
	Show   Show       // number fields
	Mask   bool       // identifies a person: hidden unless asked for
	Raw    bool       // text whose blanks have a place: kept untrimmed
	Fixed  string     // constant content
	Packed int        // bytes in packed form when they do not follow from type and width
	Unpack bool       // a number that stays in digit characters in packed form
	Help   string
	Ref    func(*T) any // pointer to the struct field; nil for constants and reserved bytes

	isRDW   bool
	recount *counterRule // trailer counters: what is counted

	position int // 1-based, character form; summed by newLayout
}

// kind is what encoding and decoding do with a field, resolved once from its
// row when the layout is built.
type kind uint8

const (
	kindText kind = iota
	kindRawText
	kindDate
	kindTimestamp
	kindDollars
	kindNumber
	kindFixed
	kindReserved
	kindRDW
)

func (k kind) isNumeric() bool { return k >= kindDate && k <= kindNumber }

func (f *Field[T]) kind() kind {
	switch {
	case f.isRDW:
		return kindRDW
	case f.Fixed != "":
		return kindFixed
	case f.Ref == nil:
		return kindReserved
	}
	var zero T
	switch f.Ref(&zero).(type) {
	case *string:
		if f.Raw {
			return kindRawText
		}
		return kindText
	case *Date:
		return kindDate
	case *Timestamp:
		return kindTimestamp
	case *Dollars:
		return kindDollars
	case *Number:
		return kindNumber
	}
	panic(fmt.Sprintf("metro2: field %s refers to a type that has no encoding", f.Key))
}

// Layout is the table of one segment, header or trailer, with the positions and
// the work per field derived from it.
type Layout[T any] struct {
	name   string
	fields []Field[T]
	plans  [2]plan[T] // by Form
}

// plan is a layout made ready for one form.
type plan[T any] struct {
	size  int
	blank []byte // an empty record: constants, blanks, zeros
	steps []step[T]
	// The same steps, sorted by what is to be done: a loop over one sort runs
	// much faster than one that asks each field for its sort.
	flags   []step[T] // text of one character
	codes   []step[T] // text of two characters
	texts   []step[T] // other text
	numbers []step[T] // amounts, too: both are an int64
	dates   []step[T]
	stamps  []step[T]
	fillers []step[T] // constants and reserved areas

	characters []span // all that is not packed
}

// span is a part of a segment: zero-based, half-open.
type span struct{ start, end int }

// step is one field in one form.
type step[T any] struct {
	kind       kind
	packed     bool
	start, end int     // zero-based, half-open
	offset     uintptr // of the struct field
	limit      int64   // first number that has too many digits
	field      *Field[T]
}

func (s *step[T]) isText() bool { return s.kind == kindText || s.kind == kindRawText }

// hasValue is false for constants, reserved areas and the RDW.
func (s *step[T]) hasValue() bool { return s.kind < kindFixed }

// newLayout derives the plans of a table. It panics on a table that contradicts
// itself, which every program start and every test would show.
func newLayout[T any](name string, packedNumbers bool, fields []Field[T]) *Layout[T] {
	l := &Layout[T]{name: name, fields: fields}
	seen := map[string]bool{}
	position := 1
	for i := range fields {
		f := &fields[i]
		if seen[f.Key] || f.Width <= 0 || len(f.Fixed) > f.Width {
			panic(fmt.Sprintf("metro2: layout %s: bad row for field %s", name, f.Key))
		}
		seen[f.Key] = true
		f.position = position
		position += f.Width
	}
	l.plans[Character] = l.plan(false)
	l.plans[Packed] = l.plan(packedNumbers)
	return l
}

func (l *Layout[T]) plan(packed bool) plan[T] {
	var p plan[T]
	for i := range l.fields {
		f := &l.fields[i]
		s := step[T]{kind: f.kind(), start: p.size, field: f}
		if s.hasValue() {
			s.offset = offsetOf(f.Ref)
			s.limit = powersOfTen[min(f.Width, len(powersOfTen)-1)]
		}
		width := f.Width
		if packed {
			s.packed = s.kind == kindRDW || s.kind.isNumeric() && !f.Unpack
			width = f.packedWidth(s.kind)
		}
		p.size += width
		s.end = p.size
		p.blank = append(p.blank, emptyFill(f, s.kind, s.packed, width)...)
		p.steps = append(p.steps, s)
	}
	p.sort()
	return p
}

func (p *plan[T]) sort() {
	textBytes := 0
	for _, s := range p.steps {
		width := s.end - s.start
		switch s.kind {
		case kindText, kindRawText:
			switch {
			case width == 1 && s.kind == kindText:
				p.flags = append(p.flags, s)
			case width == 2 && s.kind == kindText:
				p.codes = append(p.codes, s)
			default:
				p.texts = append(p.texts, s)
				textBytes += width
			}
		case kindDollars, kindNumber:
			p.numbers = append(p.numbers, s)
		case kindDate:
			p.dates = append(p.dates, s)
		case kindTimestamp:
			p.stamps = append(p.stamps, s)
		case kindFixed, kindReserved:
			p.fillers = append(p.fillers, s)
		}
		if last := len(p.characters) - 1; s.packed {
			continue
		} else if last >= 0 && p.characters[last].end == s.start {
			p.characters[last].end = s.end
		} else {
			p.characters = append(p.characters, span{s.start, s.end})
		}
	}
	if len(p.texts) > maxTexts || textBytes > maxTextBytes {
		panic("metro2: a layout holds more text than the decoder gathers")
	}
}

// packedWidth follows from the digits: two to a byte, and half a byte of sign.
func (f *Field[T]) packedWidth(k kind) int {
	switch {
	case f.Packed > 0:
		return f.Packed
	case k.isNumeric() && !f.Unpack:
		return f.Width/2 + 1
	}
	return f.Width
}

func emptyFill[T any](f *Field[T], k kind, packed bool, width int) []byte {
	out := make([]byte, width)
	for i := range out {
		switch {
		case packed:
			out[i] = 0
		case k.isNumeric() || k == kindRDW:
			out[i] = '0'
		default:
			out[i] = ' '
		}
	}
	copy(out, f.Fixed)
	if packed && k.isNumeric() {
		out[width-1] = packedPlus
	}
	return out
}

// Size returns the length in bytes of the segment or record in a form.
func (l *Layout[T]) Size(form Form) int { return l.plans[form].size }

// position returns the 1-based position of a field in character form, or 0.
func (l *Layout[T]) position(key string) int {
	for i := range l.fields {
		if l.fields[i].Key == key {
			return l.fields[i].position
		}
	}
	return 0
}

func (l *Layout[T]) width(key string) int {
	for i := range l.fields {
		if l.fields[i].Key == key {
			return l.fields[i].Width
		}
	}
	return 0
}

var powersOfTen = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}
