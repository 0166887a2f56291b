package batch

import (
	"database/sql/driver"
	"strings"
)

// TextArray is a text[] parameter of a set-based statement.
type TextArray []string

// Value is the text form of the array, written at once: it takes a fraction of what a general encoder does.
func (a TextArray) Value() (driver.Value, error) {
	size := 2
	for _, s := range a {
		size += len(s) + 4
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('{')
	for i, s := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for {
			special := strings.IndexAny(s, `"\`)
			if special < 0 {
				break
			}
			b.WriteString(s[:special])
			b.WriteByte('\\')
			b.WriteByte(s[special])
			s = s[special+1:]
		}
		b.WriteString(s)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String(), nil
}
