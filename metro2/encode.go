package metro2

import (
	"encoding/binary"
	"fmt"
)

// Limits of a whole record, RDW included.
const (
	maxCharacterRecord = 9999  // four digits of RDW
	maxPackedRecord    = 32756 // the largest block, 32,760, less its descriptor
)

// FieldError is returned by everything that writes, when a value cannot be put
// into its field. It never holds the value.
type FieldError struct {
	Segment  string // layout name: "base", "j1" ... "n1", "header", "trailer"
	Index    int    // 1-based number of a repeated J1 or J2 segment, else 0
	Field    string // key of the field, "" when the record as a whole is at fault
	Position int    // 1-based position of the field in its segment, character form
	Reason   string
}

// Error names segment, field and reason, never the value.
func (e *FieldError) Error() string {
	segment := e.Segment
	if e.Index > 0 {
		segment = fmt.Sprintf("%s[%d]", segment, e.Index)
	}
	if e.Field == "" {
		return fmt.Sprintf("metro2: %s: %s", segment, e.Reason)
	}
	return fmt.Sprintf("metro2: %s.%s: %s", segment, e.Field, e.Reason)
}

// Reasons of a FieldError.
const (
	reasonTooLong   = "longer than the field"
	reasonTooLarge  = "more digits than the field holds"
	reasonNegative  = "negative"
	reasonDate      = "not a calendar date of the years 1900 to 2099"
	reasonBlank     = "begins with a blank"
	reasonControl   = "holds a control character"
	reasonNonASCII  = "holds a character that is not ASCII; fold it first"
	reasonTooMany   = "too many segments for one record"
	reasonUnused    = "is empty and would be read as an unused segment"
	reasonLowerCase = "holds a lower-case letter; fold it first"
)

// AppendRecord appends one whole data record, its RDW included and without a
// line end or block descriptor, and returns the extended slice. Segments are
// written in the order of the format whatever their number.
//
// When a value does not fit its field, AppendRecord returns dst as it was and a
// [*FieldError]: values are never cut or changed on the way out.
func AppendRecord(dst []byte, rec *Record, form Form) ([]byte, error) {
	n := len(dst)
	out, err := appendSegments(dst, rec, form)
	if err != nil {
		return dst[:n], err
	}
	if err := putRDW(out[n:], form); err != nil {
		return dst[:n], err
	}
	return out, nil
}

func appendSegments(dst []byte, rec *Record, form Form) ([]byte, error) {
	dst, err := baseLayout.append(dst, &rec.Base, form, 0)
	if err != nil {
		return nil, err
	}
	for i := range rec.J1 {
		if dst, err = j1Layout.appendAfterBase(dst, &rec.J1[i], form, i+1); err != nil {
			return nil, err
		}
	}
	for i := range rec.J2 {
		if dst, err = j2Layout.appendAfterBase(dst, &rec.J2[i], form, i+1); err != nil {
			return nil, err
		}
	}
	if rec.K1 == nil && rec.K2 == nil && rec.K3 == nil && rec.K4 == nil && rec.L1 == nil && rec.N1 == nil {
		return dst, nil
	}
	return appendSingles(dst, rec, form)
}

func appendSingles(dst []byte, rec *Record, form Form) (_ []byte, err error) {
	if dst, err = appendSingle(dst, k1Layout, rec.K1, form); err != nil {
		return nil, err
	}
	if dst, err = appendSingle(dst, k2Layout, rec.K2, form); err != nil {
		return nil, err
	}
	if dst, err = appendSingle(dst, k3Layout, rec.K3, form); err != nil {
		return nil, err
	}
	if dst, err = appendSingle(dst, k4Layout, rec.K4, form); err != nil {
		return nil, err
	}
	if dst, err = appendSingle(dst, l1Layout, rec.L1, form); err != nil {
		return nil, err
	}
	return appendSingle(dst, n1Layout, rec.N1, form)
}

func appendSingle[T any](dst []byte, l *Layout[T], segment *T, form Form) ([]byte, error) {
	if segment == nil {
		return dst, nil
	}
	return l.appendAfterBase(dst, segment, form, 0)
}

// appendAfterBase refuses what a reader would take for an unused segment of a
// fixed-length file: it would be skipped there and counted here.
func (l *Layout[T]) appendAfterBase(dst []byte, segment *T, form Form, index int) ([]byte, error) {
	n := len(dst)
	dst, err := l.append(dst, segment, form, index)
	if err == nil && isPlaceholder(dst[n:]) {
		return nil, &FieldError{Segment: l.name, Index: index, Reason: reasonUnused}
	}
	return dst, err
}

// AppendHeader appends the header record. Errors are as those of [AppendRecord].
func AppendHeader(dst []byte, h *Header, form Form) ([]byte, error) {
	return appendFileRecord(dst, headerLayout, h, form)
}

// AppendTrailer appends the trailer record. Errors are as those of [AppendRecord].
func AppendTrailer(dst []byte, t *Trailer, form Form) ([]byte, error) {
	return appendFileRecord(dst, trailerLayout, t, form)
}

func appendFileRecord[T any](dst []byte, l *Layout[T], rec *T, form Form) ([]byte, error) {
	n := len(dst)
	out, err := l.append(dst, rec, form, 0)
	if err != nil {
		return dst[:n], err
	}
	return out, putRDW(out[n:], form)
}

// putRDW writes the length of a record into its first four bytes.
func putRDW(record []byte, form Form) error {
	limit := maxCharacterRecord
	if form == Packed {
		limit = maxPackedRecord
	}
	if len(record) > limit {
		return &FieldError{Segment: "base", Reason: reasonTooMany}
	}
	if form == Packed {
		binary.BigEndian.PutUint16(record, uint16(len(record)))
		return nil
	}
	putDigits(record[:4], uint64(len(record)))
	return nil
}

// append writes one segment. Everything that is empty stays as the blank
// template has it; the text is looked at once, as a whole, at the end.
func (l *Layout[T]) append(dst []byte, rec *T, form Form, index int) ([]byte, error) {
	p := &l.plans[form]
	n := len(dst)
	dst = append(dst, p.blank...)
	out := dst[n:]
	texts := p.texts
	for i := range texts {
		s := &texts[i]
		v := *at[string](rec, s.offset)
		switch {
		case v == "":
		case len(v) == 1 && v[0] != ' ':
			out[s.start] = v[0]
		default:
			if copy(out[s.start:s.end], v) < len(v) || v[0] == ' ' {
				if reason := s.textReason(v); reason != "" {
					return nil, l.fail(s.field, index, reason)
				}
			}
		}
	}
	values := p.values
	for i := range values {
		s := &values[i]
		reason := ""
		switch s.kind {
		case kindDollars:
			v := *at[Dollars](rec, s.offset)
			if v == 0 {
				continue
			}
			reason = s.putNumber(out[s.start:s.end], int64(v))
		case kindNumber:
			v := *at[Number](rec, s.offset)
			if v == 0 {
				continue
			}
			reason = s.putNumber(out[s.start:s.end], int64(v))
		case kindDate:
			v := *at[Date](rec, s.offset)
			if v == 0 {
				continue
			}
			reason = s.putDate(out[s.start:s.end], v)
		case kindTimestamp:
			v := *at[Timestamp](rec, s.offset)
			if v == 0 {
				continue
			}
			reason = s.putTimestamp(out[s.start:s.end], v)
		}
		if reason != "" {
			return nil, l.fail(s.field, index, reason)
		}
	}
	if form == Character && upperOnly(out) {
		return dst, nil
	}
	return dst, l.checkText(rec, p, index)
}

// textReason says what is wrong with a text that was cut or begins with a blank.
func (s *step[T]) textReason(v string) string {
	switch {
	case len(v) > int(s.end-s.start):
		return reasonTooLong
	case s.kind == kindText:
		return reasonBlank
	}
	return ""
}

func (s *step[T]) putDate(field []byte, v Date) string {
	switch {
	case !v.Valid():
		return reasonDate
	case s.packed:
		putPacked(field, v.digits())
	default:
		putDateDigits(field, v)
	}
	return ""
}

// putDateDigits writes a valid date as MMDDYYYY.
func putDateDigits(field []byte, v Date) {
	field = field[:8]
	year, monthDay := uint32(v)/10000, uint32(v)%10000
	putPair(field[0:], monthDay/100)
	putPair(field[2:], monthDay%100)
	putPair(field[4:], year/100)
	putPair(field[6:], year%100)
}

func (s *step[T]) putTimestamp(field []byte, v Timestamp) string {
	switch {
	case !v.Valid():
		return reasonDate
	case s.packed:
		putPacked(field, v.digits())
	default:
		putDateDigits(field, v.Date())
		clock := uint32(v % 1000000)
		putPair(field[8:], clock/10000)
		putPair(field[10:], clock/100%100)
		putPair(field[12:], clock%100)
	}
	return ""
}

func (s *step[T]) putNumber(field []byte, v int64) string {
	switch {
	case v < 0:
		return reasonNegative
	case v >= s.limit:
		return reasonTooLarge
	case s.packed:
		putPacked(field, uint64(v))
	default:
		putSignificant(field, uint64(v))
	}
	return ""
}

// checkText finds the text field that must not be written.
func (l *Layout[T]) checkText(rec *T, p *plan[T], index int) error {
	for i := range p.texts {
		s := &p.texts[i]
		v := *at[string](rec, s.offset)
		for j := range len(v) {
			switch c := v[j]; {
			case c > 126:
				return l.fail(s.field, index, reasonNonASCII)
			case c < ' ':
				return l.fail(s.field, index, reasonControl)
			case c >= 'a' && c <= 'z':
				return l.fail(s.field, index, reasonLowerCase)
			}
		}
	}
	return nil
}

func (l *Layout[T]) fail(f *Field[T], index int, reason string) error {
	return &FieldError{l.name, index, f.Key, f.position, reason}
}
