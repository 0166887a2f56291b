package intake

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/furnisher/furnisher/rules"
)

// aliasesKind is a list of a lender's own codes for reasons of a termination, such as "RE=REPO VS=VOLU" (Q70).
var aliasesKind = kind{sql: "text[]", limit: 10_000, parse: parseAliases, words: "pairs CODE=REASON with blanks between"}

// parseAliases reads pairs CODE=REASON separated by space, comma, semicolon or bar as a PostgreSQL array.
func parseAliases(r *row, raw []byte) ([]byte, string) {
	pairs := bytes.FieldsFunc(raw, func(c rune) bool { return strings.ContainsRune(" ,;|", c) })
	meaning := map[string]string{}
	for _, pair := range pairs {
		code, reason, ok := strings.Cut(string(pair), "=")
		switch before, known := meaning[code]; {
		case !ok || code == "" || strings.ContainsAny(code, "\"\\"):
			return nil, "not pairs CODE=REASON"
		case !slices.Contains(rules.TerminationReasons(), reason):
			return nil, "a reason is not one of " + strings.Join(rules.TerminationReasons(), ", ")
		case utf8.RuneCountInString(code) > maxKey:
			return nil, "a code of more than 64 characters"
		case slices.Contains(rules.TerminationReasons(), code):
			return nil, "a code is itself a reason"
		case known && before != reason:
			return nil, "a code has two reasons"
		}
		meaning[code] = reason
	}
	return parseKeyList(r, raw)
}
