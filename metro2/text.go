package metro2

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Widths of fields that callers cut texts to before they encode. Each is read
// from the layout table.
var cityWidth = baseLayout.width("city")

// FoldName turns the name of a person into what the format allows: upper-case
// letters, single spaces and hyphens. Diacritics become plain letters (Ñ to N,
// Æ to AE, ß to SS), apostrophes and accents that stand alone are dropped
// without a gap (O'NEIL to ONEIL), everything else becomes a space. A name in
// another script folds to "".
func FoldName(s string) string { return fold(s, NameText) }

// FoldAddress is [FoldName] for address lines and cities: digits and the marks
// - . / \ stay.
func FoldAddress(s string) string { return fold(s, AnyText) }

// FoldText folds names of companies and other free text, with the characters of
// [FoldAddress].
func FoldText(s string) string { return fold(s, AnyText) }

// CutCity cuts a folded city to the 20 bytes of its field. It is the one cut
// that the format itself describes; every other text that is too long is an
// error of the encoder.
func CutCity(s string) string {
	if len(s) <= cityWidth {
		return s
	}
	cut := cityWidth
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], " ")
}

func fold(s string, set Charset) string {
	if isFolded(s, set) {
		return s
	}
	out := make([]byte, 0, len(s)+4)
	for _, r := range s {
		out = appendFolded(out, r, set)
	}
	for len(out) > 0 && out[len(out)-1] == ' ' {
		out = out[:len(out)-1]
	}
	return string(out)
}

// isFolded lets texts through that are as they should be: most are.
func isFolded(s string, set Charset) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if charsets[c]&(1<<set) == 0 || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return s == "" || last != ' '
}

func appendFolded(out []byte, r rune, set Charset) []byte {
	r = unicode.ToUpper(r)
	if r < utf8.RuneSelf {
		switch {
		case r == '\'' || r == '`':
			return out
		case set.allows(byte(r)) && r != ' ':
			return append(out, byte(r))
		}
		return appendSpace(out)
	}
	if plain, ok := plainLetters[r]; ok && set.allows(plain[0]) {
		return append(out, plain...)
	}
	if unicode.Is(unicode.Mn, r) || strings.ContainsRune(silentMarks, r) {
		return out
	}
	if unicode.Is(unicode.Pd, r) {
		return append(out, '-')
	}
	return appendSpace(out)
}

func appendSpace(out []byte) []byte {
	if len(out) == 0 || out[len(out)-1] == ' ' {
		return out
	}
	return append(out, ' ')
}

// allows reports whether a byte belongs into a field of the character set.
func (set Charset) allows(c byte) bool {
	switch {
	case c >= 'A' && c <= 'Z':
		return true
	case c >= '0' && c <= '9':
		return set != NameText
	case c == ' ':
		return set != CodeText
	case c == '-':
		return set != CodeText
	case c == '.' || c == '/' || c == '\\':
		return set == AnyText
	}
	return false
}

// silentMarks are dropped without leaving a gap: apostrophes in their many
// shapes, accents that stand alone, soft hyphen and zero-width marks.
const silentMarks = "‘’‚‛′ʹʻʼʽˈ´¨¸＇\u00ad\u200b\u200c\u200d\u2060\ufeff"

// plainLetters maps upper-case letters to what is written for them.
var plainLetters = func() map[rune]string {
	out := map[rune]string{}
	for _, row := range []struct{ plain, letters string }{
		{"A", "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦȺḀẠẢẤẦẨẪẬẮẰẲẴẶªＡ"},
		{"AE", "ÆǢǼ"},
		{"AA", "Ꜳ"},
		{"B", "ƁɃḂḄḆＢ"},
		{"C", "ÇĆĈĊČƇȻḈＣ"},
		{"D", "ÐĎĐƉƊḊḌḎḐḒＤ"},
		{"DZ", "ǄǅǱǲ"},
		{"E", "ÈÉÊËĒĔĖĘĚƎƏȄȆȨɆḔḖḘḚḜẸẺẼẾỀỂỄỆＥ"},
		{"F", "ƑḞＦ"},
		{"FF", "ﬀ"},
		{"FI", "ﬁ"},
		{"FL", "ﬂ"},
		{"FFI", "ﬃ"},
		{"FFL", "ﬄ"},
		{"G", "ĜĞĠĢƓǤǦǴḠＧ"},
		{"H", "ĤĦȞḢḤḦḨḪＨ"},
		{"I", "ÌÍÎÏĨĪĬĮİƗǏȈȊḬḮỈỊＩ"},
		{"IJ", "Ĳ"},
		{"J", "ĴɈＪ"},
		{"K", "ĶƘǨḰḲḴĸＫ"},
		{"L", "ĹĻĽĿŁȽḶḸḺḼＬ"},
		{"LJ", "Ǉǈ"},
		{"M", "ḾṀṂＭ"},
		{"N", "ÑŃŅŇŊƝǸȠṄṆṈṊＮ"},
		{"NJ", "Ǌǋ"},
		{"O", "ÒÓÔÕÖØŌŎŐƠƟǑǪǬǾȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢºＯ"},
		{"OE", "Œ"},
		{"P", "ƤṔṖＰ"},
		{"Q", "ɊＱ"},
		{"R", "ŔŖŘȐȒɌṘṚṜṞＲ"},
		{"S", "ŚŜŞŠȘṠṢṤṦṨＳ"},
		{"SS", "ßẞ"},
		{"T", "ŢŤŦƬƮȚȾṪṬṮṰＴ"},
		{"TH", "Þ"},
		{"U", "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖɄṲṴṶṸṺỤỦỨỪỬỮỰＵ"},
		{"V", "ƲṼṾＶ"},
		{"W", "ŴẀẂẄẆẈＷ"},
		{"X", "ẊẌＸ"},
		{"Y", "ÝŶŸƳȲɎẎỲỴỶỸＹ"},
		{"Z", "ŹŻŽƵȤẐẒẔＺ"},
	} {
		for _, r := range row.letters {
			out[r] = row.plain
		}
	}
	for r := '０'; r <= '９'; r++ { // full-width digits, as one keyboard setting writes them
		out[r] = string('0' + r - '０')
	}
	return out
}()
