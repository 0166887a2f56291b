package metro2

// What the value rules say.
const (
	saysTooLong   = "text is longer than the field"
	saysNegative  = "negative, or more digits than the field holds"
	saysCharacter = "holds a character that does not belong in this field"
)

// checkValues applies the rules that look at one field alone.
func checkValues(f *facts, findings []Finding) []Finding {
	rec, decoded := f.rec, f.env.Decoded
	findings = baseLayout.checkValues(&rec.Base, 0, decoded, rec.Base.ECOACode == "W", findings)
	for i := range rec.J1 {
		findings = j1Layout.checkValues(&rec.J1[i], i+1, decoded, rec.J1[i].ECOACode == "W", findings)
	}
	for i := range rec.J2 {
		findings = j2Layout.checkValues(&rec.J2[i], i+1, decoded, rec.J2[i].ECOACode == "W", findings)
	}
	findings = checkSegmentValues(k1Layout, rec.K1, decoded, findings)
	findings = checkSegmentValues(k2Layout, rec.K2, decoded, findings)
	findings = checkSegmentValues(k3Layout, rec.K3, decoded, findings)
	findings = checkSegmentValues(k4Layout, rec.K4, decoded, findings)
	findings = checkSegmentValues(l1Layout, rec.L1, decoded, findings)
	return checkSegmentValues(n1Layout, rec.N1, decoded, findings)
}

func checkSegmentValues[T any](l *Layout[T], segment *T, decoded bool, findings []Finding) []Finding {
	if segment == nil {
		return findings
	}
	return l.checkValues(segment, 0, decoded, false, findings)
}

// checkValues looks at each value of a segment. The name of a business may hold
// digits and marks, unlike that of a person.
func (l *Layout[T]) checkValues(rec *T, index int, decoded, business bool, findings []Finding) []Finding {
	steps := l.plans[Character].steps
	for i := range steps {
		s := &steps[i]
		if !s.hasValue() || decoded && s.kind != kindText {
			continue
		}
		id, severity, says := s.checkValue(rec, decoded, business)
		if id != "" {
			findings = append(findings, Finding{
				Segment: l.name, Index: index, Field: s.field.Key, Position: s.field.position,
				Rule: id, Severity: severity, Message: says,
			})
		}
	}
	return findings
}

func (s *step[T]) checkValue(rec *T, decoded, business bool) (id string, severity Severity, says string) {
	switch s.kind {
	case kindText, kindRawText:
		return s.checkText(*at[string](rec, s.offset), decoded, business)
	case kindDollars:
		return s.checkNumber(int64(*at[Dollars](rec, s.offset)))
	case kindNumber:
		return s.checkNumber(int64(*at[Number](rec, s.offset)))
	case kindDate:
		if v := *at[Date](rec, s.offset); v != 0 && !v.Valid() {
			return "F05", Error, saysNotADate
		}
	case kindTimestamp:
		if v := *at[Timestamp](rec, s.offset); v != 0 && !v.Valid() {
			return "F05", Error, saysNotATime
		}
	}
	return "", 0, ""
}

func (s *step[T]) checkNumber(v int64) (id string, severity Severity, says string) {
	if v < 0 || v >= s.limit {
		return "F04", Error, saysNegative
	}
	return "", 0, ""
}

func (s *step[T]) checkText(v string, decoded, business bool) (id string, severity Severity, says string) {
	if len(v) > s.field.Width {
		return "F01", Error, saysTooLong
	}
	if s.kind == kindRawText {
		return "", 0, "" // the payment history has a rule of its own
	}
	set := s.field.Chars
	if business && set == NameText {
		set = AnyText
	}
	odd := false
	for i := range len(v) {
		c := v[i]
		if charsets[c]&(1<<set) != 0 {
			continue
		}
		reported := c < ' ' || c > 126 || c >= 'a' && c <= 'z'
		if reported && decoded {
			continue
		}
		if c < ' ' || c > 126 {
			return "F06", Error, saysNotASCII
		}
		odd = true
	}
	if odd {
		return "F06", Warning, saysCharacter
	}
	return "", 0, ""
}

// charsets holds, for each byte, the sets that allow it.
var charsets = func() (table [256]uint8) {
	for c := range table {
		for _, set := range []Charset{AnyText, NameText, CodeText} {
			if set.allows(byte(c)) {
				table[c] |= 1 << set
			}
		}
	}
	return table
}()
