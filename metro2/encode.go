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
		return &FieldError{Segment: "base", Reason: "too many segments for one record"}
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
	for i := range p.steps {
		s := &p.steps[i]
		if s.ref == nil {
			continue
		}
		if reason := s.put(out, rec); reason != "" {
			return nil, l.fail(s.field, index, reason)
		}
	}
	if form == Character && upperOnly(out) {
		return dst, nil
	}
	return dst, l.checkText(rec, p, index)
}

// put writes one value into out, the bytes of the segment. It returns the
// reason when the value does not fit, and "" when it does.
func (s *step[T]) put(out []byte, rec *T) string {
	ref := s.ref(rec)
	switch s.kind {
	case kindText, kindRawText:
		v := *(ref.(*string))
		if v == "" {
			return ""
		}
		field := out[s.start:s.end]
		if len(v) > len(field) {
			return reasonTooLong
		}
		if v[0] == ' ' && s.kind == kindText {
			return reasonBlank
		}
		copy(field, v)
		return ""
	case kindDollars:
		return s.putNumber(out, int64(*(ref.(*Dollars))))
	case kindNumber:
		return s.putNumber(out, int64(*(ref.(*Number))))
	case kindDate:
		v := *(ref.(*Date))
		if v == 0 {
			return ""
		}
		if !v.Valid() {
			return reasonDate
		}
		return s.putNumber(out, int64(v%10000)*10000+int64(v/10000))
	default:
		v := *(ref.(*Timestamp))
		if v == 0 {
			return ""
		}
		if !v.Valid() {
			return reasonDate
		}
		day := int64(v / 1000000)
		return s.putNumber(out, (day%10000*10000+day/10000)*1000000+int64(v%1000000))
	}
}

func (s *step[T]) putNumber(out []byte, v int64) string {
	if v == 0 {
		return ""
	}
	if v < 0 {
		return reasonNegative
	}
	if v >= powersOfTen[s.field.Width] {
		return reasonTooLarge
	}
	if s.packed {
		putPacked(out[s.start:s.end], uint64(v))
	} else {
		putDigits(out[s.start:s.end], uint64(v))
	}
	return ""
}

var powersOfTen = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}

// checkText finds the text field that must not be written.
func (l *Layout[T]) checkText(rec *T, p *plan[T], index int) error {
	for i := range p.steps {
		s := &p.steps[i]
		if s.kind != kindText && s.kind != kindRawText {
			continue
		}
		for _, c := range []byte(*(s.ref(rec).(*string))) {
			switch {
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
