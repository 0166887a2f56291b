package metro2

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendJSON appends one JSON object that shows a record with the keys of the
// layout tables: the fields of the base segment (or of header or trailer) at the
// top, then "j1" and "j2" as arrays and "k1" to "n1" as objects, each only when
// present. Every field of a layout appears, also an empty one; reserved areas do
// not.
//
// Texts are strings without the blanks around them; amounts, counters, rdw and
// correction_ind are numbers; dates are "MMDDYYYY" and time stamps
// "MMDDYYYYHHMMSS", "" when absent; Social Security and telephone numbers are
// digits of full width, "" when zero; other numeric codes are digits of full
// width. Nothing is masked. An item of unknown kind shows only its RDW.
func AppendJSON(dst []byte, item *Item) []byte { return appendItemJSON(dst, item, nil) }

// AppendMaskedJSON appends a record as [AppendJSON] does, without what identifies
// a person: such a field is "****", an account number ends in its last four
// characters, and so is a field of a record that has a problem with it, since
// something else may stand there. What is empty stays so. A data record begins
// with the member "masked", and [Convert] refuses it.
func AppendMaskedJSON(dst []byte, item *Item) []byte {
	if item.Kind != KindData {
		return AppendJSON(dst, item)
	}
	faulty := masking{}
	for _, p := range item.Problems {
		faulty[p.Field] = true
	}
	return append(appendRecordJSON(append(dst, `{"masked":true,`...), item.Record, item.RDW, faulty), '}')
}

// masking is what is masked beside the fields that always are; nil: nothing is.
type masking map[string]bool

func appendItemJSON(dst []byte, item *Item, m masking) []byte {
	dst = append(dst, '{')
	switch item.Kind {
	case KindHeader:
		dst = headerLayout.appendJSON(dst, item.Header, item.RDW, m)
	case KindTrailer:
		dst = trailerLayout.appendJSON(dst, item.Trailer, item.RDW, m)
	case KindData:
		dst = appendRecordJSON(dst, item.Record, item.RDW, m)
	default:
		dst = strconv.AppendInt(append(dst, `"rdw":`...), int64(item.RDW), 10)
	}
	return append(dst, '}')
}

func appendRecordJSON(dst []byte, rec *Record, rdw int, m masking) []byte {
	dst = baseLayout.appendJSON(dst, &rec.Base, rdw, m)
	dst = appendArrayJSON(dst, j1Layout, rec.J1, m)
	dst = appendArrayJSON(dst, j2Layout, rec.J2, m)
	dst = appendSegmentJSON(dst, k1Layout, rec.K1, m)
	dst = appendSegmentJSON(dst, k2Layout, rec.K2, m)
	dst = appendSegmentJSON(dst, k3Layout, rec.K3, m)
	dst = appendSegmentJSON(dst, k4Layout, rec.K4, m)
	dst = appendSegmentJSON(dst, l1Layout, rec.L1, m)
	return appendSegmentJSON(dst, n1Layout, rec.N1, m)
}

func appendArrayJSON[T any](dst []byte, l *Layout[T], segments []T, m masking) []byte {
	if len(segments) == 0 {
		return dst
	}
	dst = append(dst, `,"`+l.name+`":[`...)
	for i := range segments {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(l.appendJSON(append(dst, '{'), &segments[i], 0, m), '}')
	}
	return append(dst, ']')
}

func appendSegmentJSON[T any](dst []byte, l *Layout[T], segment *T, m masking) []byte {
	if segment == nil {
		return dst
	}
	dst = append(dst, `,"`+l.name+`":{`...)
	return append(l.appendJSON(dst, segment, 0, m), '}')
}

// appendJSON appends the members of one segment, without braces.
func (l *Layout[T]) appendJSON(dst []byte, rec *T, rdw int, m masking) []byte {
	first := true
	for i := range l.plans[Character].steps {
		s := &l.plans[Character].steps[i]
		if s.kind == kindReserved {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, '"')
		dst = append(dst, s.field.Key...)
		dst = append(dst, `":`...)
		from := len(dst)
		dst = s.appendValue(dst, rec, rdw)
		if m != nil && (s.field.Mask || m[s.field.Key]) {
			dst = maskValue(dst, from, s.field.Key)
		}
	}
	return dst
}

// maskValue masks the value that stands in dst behind a place.
func maskValue(dst []byte, from int, key string) []byte {
	value := string(dst[from:])
	if value == `""` {
		return dst
	}
	text := hiddenText
	if account := strings.Trim(value, `"`); key == "account_number" || key == "new_account_number" {
		text = maskAccount(account)
	}
	return append(append(append(dst[:from], '"'), text...), '"')
}

func (s *step[T]) appendValue(dst []byte, rec *T, rdw int) []byte {
	switch s.kind {
	case kindRDW:
		return strconv.AppendInt(dst, int64(rdw), 10)
	case kindFixed:
		return appendString(dst, s.field.Fixed)
	case kindText, kindRawText:
		return appendString(dst, trimBlanks(*at[string](rec, s.offset)))
	case kindDollars:
		return strconv.AppendInt(dst, int64(*at[Dollars](rec, s.offset)), 10)
	case kindDate:
		v := *at[Date](rec, s.offset)
		return appendDigits(dst, v.digits(), 8, v == 0)
	case kindTimestamp:
		v := *at[Timestamp](rec, s.offset)
		return appendDigits(dst, v.digits(), 14, v == 0)
	}
	v := *at[Number](rec, s.offset)
	switch s.field.Show {
	case ShowDigits:
		return appendDigits(dst, uint64(max(v, 0)), s.field.Width, v == 0)
	case ShowCode:
		return appendDigits(dst, uint64(max(v, 0)), s.field.Width, false)
	}
	return strconv.AppendInt(dst, int64(v), 10)
}

func appendDigits(dst []byte, v uint64, width int, empty bool) []byte {
	dst = append(dst, '"')
	if !empty {
		n := len(dst)
		for range width {
			dst = append(dst, '0')
		}
		putDigits(dst[n:], v)
	}
	return append(dst, '"')
}

func trimBlanks(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// appendString quotes a text. The usual one needs no escapes.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(dst, s)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendEscaped leaves the rest to the library; it writes bytes that are not
// UTF-8 as the replacement character.
func appendEscaped(dst []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return append(dst, `""`...)
	}
	return append(dst, quoted...)
}
