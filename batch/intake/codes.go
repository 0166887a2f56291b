package intake

import (
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// codeKind is a closed set of values.
func codeKind(codes ...string) kind {
	reason := "not one of " + strings.Join(codes, ", ")
	if len(reason) > 160 {
		reason = "not a legal value"
	}
	known := make(map[string]bool, len(codes))
	for _, c := range codes {
		known[c] = true
	}
	return kind{sql: "text", limit: maxText, words: "code", codes: codes, parse: func(_ *row, raw []byte) ([]byte, string) {
		if known[string(raw)] {
			return raw, ""
		}
		return nil, reason
	}}
}

// codesKind is a closed set of values that rules know.
func codesKind[T ~string](codes []T) kind {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = string(c)
	}
	return codeKind(names...)
}

// metroKind is the closed set of a Metro 2 field, without the codes that are no longer written.
func metroKind(table *metro2.CodeTable) kind {
	var codes []string
	for _, c := range table.Codes {
		if !c.Legacy {
			codes = append(codes, c.Value)
		}
	}
	return codeKind(codes...)
}
