package metro2

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// canonicalRecord returns a copy of rec as the format wants it, and whether that
// differs from rec.
func canonicalRecord(rec *Record) (*Record, bool) {
	out := rec.Clone()
	changed := baseLayout.canonicalize(&out.Base)
	for i := range out.J1 {
		changed = j1Layout.canonicalize(&out.J1[i]) || changed
	}
	for i := range out.J2 {
		changed = j2Layout.canonicalize(&out.J2[i]) || changed
	}
	changed = canonicalizeOne(k1Layout, out.K1) || changed
	changed = canonicalizeOne(k2Layout, out.K2) || changed
	changed = canonicalizeOne(k3Layout, out.K3) || changed
	changed = canonicalizeOne(k4Layout, out.K4) || changed
	changed = canonicalizeOne(l1Layout, out.L1) || changed
	changed = canonicalizeOne(n1Layout, out.N1) || changed
	return out, changed
}

func canonicalizeOne[T any](l *Layout[T], segment *T) bool {
	return segment != nil && l.canonicalize(segment)
}

// canonicalize folds the texts of a segment and caps its amounts.
func (l *Layout[T]) canonicalize(rec *T) (changed bool) {
	steps := l.plans[Character].steps
	for i := range steps {
		s := &steps[i]
		switch s.kind {
		case kindText, kindRawText:
			text := at[string](rec, s.offset)
			if folded := canonicalText(*text, s.kind == kindText && s.field.Chars != CodeText); folded != *text {
				*text, changed = folded, true
			}
		case kindDollars:
			if amount := at[Dollars](rec, s.offset); *amount > MaxDollars {
				*amount, changed = MaxDollars, true
			}
		}
	}
	return changed
}

// canonicalText writes a text in upper case and, when it is words and not a
// code, diacritics as plain letters and apostrophes not at all. Anything else
// that is not printable ASCII stays: the encoder refuses it.
func canonicalText(s string, words bool) string {
	out := make([]byte, 0, len(s)+4)
	for len(s) > 0 {
		given, size := utf8.DecodeRuneInString(s)
		r := unicode.ToUpper(given)
		plain, known := plainLetters[r]
		switch {
		case given >= utf8.RuneSelf && !words || given == utf8.RuneError:
			out = append(out, s[:size]...)
		case words && (r == '\'' || r == '`'):
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case known:
			out = append(out, plain...)
		case unicode.Is(unicode.Mn, r), strings.ContainsRune(silentMarks, r):
		case unicode.Is(unicode.Pd, r):
			out = append(out, '-')
		case unicode.Is(unicode.Zs, r):
			out = append(out, ' ')
		default:
			out = append(out, s[:size]...)
		}
		s = s[size:]
	}
	return string(out)
}
