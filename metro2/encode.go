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
	failed, reason := p.put(out, rec)
	if failed == nil && !p.areUpper(out) {
		failed, reason = p.oddText(rec)
	}
	if failed != nil {
		return nil, &FieldError{l.name, index, failed.field.Key, failed.field.position, reason}
	}
	return dst, nil
}

// put writes all fields, or returns one that cannot be written and why.
func (p *plan[T]) put(out []byte, rec *T) (failed *step[T], reason string) {
	if failed, reason = p.putCodes(out, rec); failed != nil {
		return failed, reason
	}
	if failed, reason = p.putTexts(out, rec); failed != nil {
		return failed, reason
	}
	if failed, reason = p.putNumbers(out, rec); failed != nil {
		return failed, reason
	}
	return p.putDates(out, rec)
}

func (p *plan[T]) putCodes(out []byte, rec *T) (failed *step[T], reason string) {
	flags, codes := p.flags, p.codes
	for i := range flags {
		s := &flags[i]
		v := *at[string](rec, s.offset)
		switch {
		case v == "":
		case len(v) > 1 || v[0] == ' ':
			return s, s.textReason(v)
		default:
			out[s.start] = v[0]
		}
	}
	for i := range codes {
		s := &codes[i]
		v := *at[string](rec, s.offset)
		switch {
		case v == "":
		case len(v) > 2 || v[0] == ' ':
			return s, s.textReason(v)
		case len(v) == 2:
			out[s.start], out[s.start+1] = v[0], v[1]
		default:
			out[s.start] = v[0]
		}
	}
	return nil, ""
}

func (p *plan[T]) putTexts(out []byte, rec *T) (failed *step[T], reason string) {
	texts := p.texts
	for i := range texts {
		s := &texts[i]
		v := *at[string](rec, s.offset)
		if v == "" {
			continue
		}
		if copy(out[s.start:s.end], v) < len(v) || v[0] == ' ' {
			if reason := s.textReason(v); reason != "" {
				return s, reason
			}
		}
	}
	return nil, ""
}

func (p *plan[T]) putNumbers(out []byte, rec *T) (failed *step[T], reason string) {
	numbers := p.numbers
	for i := range numbers {
		s := &numbers[i]
		v := *at[int64](rec, s.offset)
		switch {
		case v == 0:
		case v < 0:
			return s, reasonNegative
		case v >= s.limit:
			return s, reasonTooLarge
		case s.packed:
			putPacked(out[s.start:s.end], uint64(v))
		default:
			putSignificant(out[s.start:s.end], uint64(v))
		}
	}
	return nil, ""
}

func (p *plan[T]) putDates(out []byte, rec *T) (failed *step[T], reason string) {
	dates, stamps := p.dates, p.stamps
	for i := range dates {
		s := &dates[i]
		v := *at[Date](rec, s.offset)
		switch {
		case v == 0:
		case !v.Valid():
			return s, reasonDate
		case s.packed:
			putPacked(out[s.start:s.end], v.digits())
		default:
			binary.LittleEndian.PutUint64(out[s.start:], digits8(v.digits()))
		}
	}
	for i := range stamps {
		s := &stamps[i]
		v := *at[Timestamp](rec, s.offset)
		switch {
		case v == 0:
		case !v.Valid():
			return s, reasonDate
		case s.packed:
			putPacked(out[s.start:s.end], v.digits())
		default:
			putSignificant(out[s.start:s.end], v.digits())
		}
	}
	return nil, ""
}

// textReason says what is wrong with a text that was cut or begins with a blank.
func (s *step[T]) textReason(v string) string {
	switch {
	case len(v) > s.end-s.start:
		return reasonTooLong
	case s.kind == kindText:
		return reasonBlank
	}
	return ""
}

// areUpper reports whether no text holds what must not be written.
func (p *plan[T]) areUpper(out []byte) bool {
	for _, area := range p.characters {
		if !upperOnly(out[area.start:area.end]) {
			return false
		}
	}
	return true
}

// oddText finds the text field that must not be written.
func (p *plan[T]) oddText(rec *T) (failed *step[T], reason string) {
	for i := range p.steps {
		s := &p.steps[i]
		if !s.isText() {
			continue
		}
		v := *at[string](rec, s.offset)
		for j := range len(v) {
			switch c := v[j]; {
			case c > 126:
				return s, reasonNonASCII
			case c < ' ':
				return s, reasonControl
			case c >= 'a' && c <= 'z':
				return s, reasonLowerCase
			}
		}
	}
	return nil, ""
}
