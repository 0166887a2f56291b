package metro2

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name     string
		fold     func(string) string
		in, want string
	}{
		{"upper case", FoldName, "Terry", "TERRY"},
		{"nothing to do", FoldName, "VAN DYKE-SAMPLE", "VAN DYKE-SAMPLE"},
		{"apostrophe closes up", FoldName, "O'Neil", "ONEIL"},
		{"typographic apostrophe", FoldName, "D’Angelo", "DANGELO"},
		{"tilde", FoldName, "Peña", "PENA"},
		{"combining tilde", FoldName, "Pen\u0303a", "PENA"},
		{"umlaut is one letter", FoldName, "Müller", "MULLER"},
		{"sharp s", FoldName, "Weiß", "WEISS"},
		{"ligatures", FoldName, "Æther Œuvre", "AETHER OEUVRE"},
		{"stroke", FoldName, "Søren Łuk", "SOREN LUK"},
		{"thorn and eth", FoldName, "Þór Guðrún", "THOR GUDRUN"},
		{"romanian comma", FoldName, "Ștefan Țepeș", "STEFAN TEPES"},
		{"vietnamese", FoldName, "Nguyễn Thị Ánh", "NGUYEN THI ANH"},
		{"dotless i", FoldName, "Işık", "ISIK"},
		{"dotted capital i", FoldName, "İpek", "IPEK"},
		{"spaces collapse", FoldName, "  MARY \t ANN ", "MARY ANN"},
		{"no-break space", FoldName, "MARY\u00a0ANN", "MARY ANN"},
		{"en dash", FoldName, "SMITH–JONES", "SMITH-JONES"},
		{"soft hyphen", FoldName, "SMI\u00adTH", "SMITH"},
		{"period is a blank", FoldName, "ST.CLAIR JR.", "ST CLAIR JR"},
		{"digits are no letters", FoldName, "TERRY 2", "TERRY"},
		{"other script", FoldName, "Иван", ""},
		{"not UTF-8", FoldName, "PE\xd1A", "PE A"},
		{"empty", FoldName, "", ""},
		{"address keeps its marks", FoldAddress, `12-B N. Main St. 1/2 \4`, `12-B N. MAIN ST. 1/2 \4`},
		{"address drops the rest", FoldAddress, "Apt #4, c/o Peña", "APT 4 C/O PENA"},
		{"full-width digits in a name", FoldName, "TERRY２", "TERRY"},
		{"full-width digits", FoldAddress, "１２ MAIN", "12 MAIN"},
		{"text", FoldText, "Test Lender, Inc.", "TEST LENDER INC."},
		{"ampersand", FoldText, "Smith & Sons", "SMITH SONS"},
		{"control characters", FoldText, "A\x00B\r\nC", "A B C"},
	} {
		if got := c.fold(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCutCity(t *testing.T) {
	for in, want := range map[string]string{
		"SPRINGFIELD":              "SPRINGFIELD",
		"TWENTY CHARACTERS AB":     "TWENTY CHARACTERS AB",
		"TWENTY CHARACTERS ABC":    "TWENTY CHARACTERS AB",
		"NINETEEN CHARACTER CITY":  "NINETEEN CHARACTER C",
		"ENDS IN A BLANK HERE NOW": "ENDS IN A BLANK HERE",
		"BLANK AT THE CUT IS  X":   "BLANK AT THE CUT IS",
		"NINETEEN BYTES LONGÑ":     "NINETEEN BYTES LONG",
	} {
		if got := CutCity(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestFoldedTextsEncode: whatever comes in, what comes out is a fixed point and
// holds nothing but the characters of its field.
func TestFoldedTextsEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~À-ſ’–]{0,40}`)).Draw(t, "in")
		for set, fold := range map[Charset]func(string) string{NameText: FoldName, AnyText: FoldAddress} {
			got := fold(in)
			for i := range len(got) {
				if !set.allows(got[i]) {
					t.Fatalf("byte %#x at %d of %q", got[i], i, got)
				}
			}
			if fold(got) != got || strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
				t.Fatalf("%q is not folded", got)
			}
		}
	})
}
