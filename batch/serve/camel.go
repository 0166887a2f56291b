package serve

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Camel is a value as JSON as the API answers it: its names are in camel case, loan_id is loanId.
func Camel(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return renamed(bytes.TrimSpace(text.Bytes())), nil
}

// renamed renames in JSON without blanks: there a text before a colon is a name.
func renamed(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] != '"' {
			out = append(out, text[i])
			i++
			continue
		}
		end := i + 1
		for ; text[end] != '"'; end++ {
			if text[end] == '\\' {
				end++
			}
		}
		end++
		if word := text[i:end]; end < len(text) && text[end] == ':' {
			out = append(out, camelName(string(word))...)
		} else {
			out = append(out, word...)
		}
		i = end
	}
	return out
}

// camelName is a name of small letters and underscores in camel case.
func camelName(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}
