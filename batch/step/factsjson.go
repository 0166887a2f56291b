package step

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/furnisher/furnisher/rules"
)

// appendFacts appends facts as a JSON object, keys in order: what json.Marshal writes, without its reflection for the
// kinds of facts that every report has.
func appendFacts(dst []byte, facts rules.Facts) ([]byte, error) {
	dst = append(dst, '{')
	for i, key := range slices.Sorted(maps.Keys(facts)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(strconv.AppendQuote(dst, key), ':')
		switch fact := facts[key].(type) {
		case rules.Cents:
			dst = strconv.AppendQuote(dst, fact.String())
		case rules.Date:
			dst = strconv.AppendQuote(dst, fact.String())
		case rules.Status:
			dst = strconv.AppendQuote(dst, string(fact))
		default:
			other, err := json.Marshal(fact)
			if err != nil {
				return nil, err
			}
			dst = append(dst, other...)
		}
	}
	return append(dst, '}'), nil
}
