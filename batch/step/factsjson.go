package step

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/furnisher/furnisher/rules"
)

// appendFacts appends facts as a JSON object, keys in order: what json.Marshal writes, without its reflection for the
// kinds of facts that every report has.
func appendFacts(dst []byte, facts rules.Facts) ([]byte, error) {
	keys := make([]string, 0, 16) // room for those of a report, so that they stay on the stack
	for key := range facts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	dst = append(dst, '{')
	for i, key := range keys {
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
