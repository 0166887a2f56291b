package metro2

import (
	"encoding/json"
	"errors"
)

// jsonParser reads the little of JSON that a record needs: objects and arrays of
// them, strings, and whole numbers that are not negative.
type jsonParser struct {
	src   []byte
	at    int
	depth int
}

// maxJSONDepth is that of a segment in an array in a record, and one more.
const maxJSONDepth = 4

// errJSON says that the text is not such JSON; callers say where.
var errJSON = errors.New("metro2: not the JSON of a record")

func (p *jsonParser) skipBlanks() {
	for p.at < len(p.src) && (p.src[p.at] == ' ' || p.src[p.at] == '\t') {
		p.at++
	}
}

// take goes over a mark if it stands here.
func (p *jsonParser) take(mark byte) bool {
	p.skipBlanks()
	if p.at < len(p.src) && p.src[p.at] == mark {
		p.at++
		return true
	}
	return false
}

// rest reports whether anything is left.
func (p *jsonParser) rest() bool {
	p.skipBlanks()
	return p.at < len(p.src)
}

// members calls each with the key of every member of an object, to read its
// value.
func (p *jsonParser) members(each func(key []byte) error) error {
	if p.depth++; p.depth > maxJSONDepth || !p.take('{') {
		return errJSON
	}
	defer func() { p.depth-- }()
	if p.take('}') {
		return nil
	}
	for {
		key, ok := p.bytes()
		if !ok || !p.take(':') {
			return errJSON
		}
		if err := each(key); err != nil {
			return err
		}
		switch {
		case p.take(','):
		case p.take('}'):
			return nil
		default:
			return errJSON
		}
	}
}

// elements calls each for every element of an array, to read it.
func (p *jsonParser) elements(each func() error) error {
	if p.depth++; p.depth > maxJSONDepth || !p.take('[') {
		return errJSON
	}
	defer func() { p.depth-- }()
	if p.take(']') {
		return nil
	}
	for {
		if err := each(); err != nil {
			return err
		}
		switch {
		case p.take(','):
		case p.take(']'):
			return nil
		default:
			return errJSON
		}
	}
}

// skipValue goes over a value of any sort that a record may hold.
func (p *jsonParser) skipValue() error {
	p.skipBlanks()
	if p.at == len(p.src) {
		return errJSON
	}
	switch p.src[p.at] {
	case '{':
		return p.members(func([]byte) error { return p.skipValue() })
	case '[':
		return p.elements(p.skipValue)
	case '"':
		if _, ok := p.text(); !ok {
			return errJSON
		}
		return nil
	}
	if _, ok := p.number(); !ok {
		return errJSON
	}
	return nil
}

// text reads a string.
func (p *jsonParser) text() (string, bool) {
	text, ok := p.bytes()
	return string(text), ok
}

// bytes reads a string without a copy where it needs none.
func (p *jsonParser) bytes() ([]byte, bool) {
	if !p.take('"') {
		return nil, false
	}
	start := p.at
	plain := true
	for ; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; {
		case c == '"':
			p.at++
			if plain {
				return p.src[start : p.at-1], true
			}
			var out string
			err := json.Unmarshal(p.src[start-1:p.at], &out)
			return []byte(out), err == nil
		case c == '\\':
			plain = false
			p.at++
		case c < ' ' || c > 126:
			plain = false
		}
	}
	return nil, false
}

// number reads a whole number of at most 14 digits.
func (p *jsonParser) number() (int64, bool) {
	p.skipBlanks()
	start := p.at
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
	}
	digits := p.src[start:p.at]
	if len(digits) == 0 || len(digits) > 14 || len(digits) > 1 && digits[0] == '0' {
		return 0, false
	}
	v, ok := parseFew(digits)
	return int64(v), ok
}

// parseValue is the reverse of appendValue; it returns a reason when the value
// is none of this field.
func (s *step[T]) parseValue(p *jsonParser, r *JSONReader, rec *T) string {
	if s.kind == kindDollars || s.kind == kindRDW || s.kind == kindNumber && s.field.Show == ShowNumber {
		v, ok := p.number()
		switch {
		case !ok:
			return reasonType
		case s.kind == kindRDW:
			r.item.RDW = int(v)
		case s.kind == kindDollars:
			*at[Dollars](rec, s.offset) = Dollars(v)
		default:
			*at[Number](rec, s.offset) = Number(v)
		}
		return ""
	}
	text, ok := p.bytes()
	if !ok {
		return reasonType
	}
	switch s.kind {
	case kindFixed:
		if string(text) != s.field.Fixed {
			return reasonConstant
		}
		return ""
	case kindText, kindRawText:
		*at[string](rec, s.offset) = string(text)
		return ""
	}
	if len(text) == 0 {
		return ""
	}
	v, ok := parseFew(text)
	if !ok || len(text) != s.field.Width {
		return reasonType
	}
	switch s.kind {
	case kindDate:
		*at[Date](rec, s.offset) = dateOfDigits(uint32(v))
	case kindTimestamp:
		*at[Timestamp](rec, s.offset) = timestampOfDigits(v)
	default:
		*at[Number](rec, s.offset) = Number(v)
	}
	return ""
}
